"""Saved lists: one's own, shared ones, pins, and that they show what their reader may see."""

import pytest

from community.core.errors import NotAllowed, NotFound
from community.identity.models import Actor
from community.people import actions, queries
from community.web.session import CommunityFlask
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person
from tests.web_client import Api, Portal


def test_a_saved_list_is_its_authors_until_it_is_shared(owner: Actor) -> None:
    member, guest = make_member(owner), make_member(owner, role="guest")
    with acting(owner):
        view = actions.save_view(owner, name="Designers", query="tag=Design")
    with acting(member), pytest.raises(NotFound):
        queries.get_view(member, view.id)
    with acting(owner):
        actions.edit_view(owner, view.id, is_shared=True)
    with acting(member):
        assert [one.name for one in queries.find_named_views(member)] == ["Designers"]
        with pytest.raises(NotAllowed):
            actions.delete_view(member, view.id)
        assert actions.pin_view(member, view.id, is_pinned=True).pinned_by[-1] == member.person_id
        actions.pin_view(member, view.id, is_pinned=False)
    with acting(owner):
        assert list(queries.get_view(owner, view.id).pinned_by) == [owner.person_id]
    with acting(guest):
        assert queries.find_named_views(guest) == []
        with pytest.raises(NotAllowed):
            actions.save_view(guest, name="Mine", query="")


def test_programs_save_change_pin_and_forget_lists(api: Api) -> None:
    sent = {"name": "Designers", "query": "?show=any&tag=Design"}
    made = api.post("/saved_views", sent)
    assert made.status_code == 201
    view = made.get_json()
    assert (view["query"], view["is_pinned"], view["is_shared"]) == (
        "tag=Design&show=any",
        True,
        False,
    )
    path = f"/saved_views/{view['id']}"
    assert api.patch(path, {"name": "All designers"}, view["version"]).status_code == 200
    assert api.patch(path, {"name": "Late"}, view["version"]).status_code == 412
    assert api.delete(f"{path}/pin").status_code == 204
    assert api.get(path).get_json()["is_pinned"] is False
    assert api.post(f"{path}/pin").get_json()["is_pinned"] is True
    assert [one["name"] for one in api.get("/saved_views").get_json()["items"]] == ["All designers"]
    wrong = api.post("/saved_views", {"name": "x", "query": "sql=1"})
    assert wrong.status_code == 422
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_a_shared_list_shows_whom_its_reader_may_see(app: CommunityFlask, owner: Actor) -> None:
    make_person(owner, "Seen Person", tags=["Design"])
    make_person(owner, "Hidden Person", tags=["Design"], audience="private")
    portal, other = Portal(app, owner), Portal(app, make_member(owner))
    assert "Save this list" in portal.get("/people?tag=Design").get_data(as_text=True)
    sent = {"name": "Designers", "query": "tag=Design", "is_shared": "yes"}
    saved = portal.post("/people/views", sent)
    assert (saved.status_code, saved.location.endswith("/people?tag=Design")) == (303, True)
    page = other.get("/people").get_data(as_text=True)
    assert "Designers" in page
    shown = other.get("/people?tag=Design").get_data(as_text=True)
    assert "Seen Person" in shown
    assert "Hidden Person" not in shown
