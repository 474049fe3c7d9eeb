"""Pure algorithms of data rights: how two persons become one, and two again."""
