// The portal's own behaviour. Everything here is a comfort: each page works with this file missing.
import htmx from "htmx.org";

const root = document.documentElement;
const one = (selector, inside = document) => inside.querySelector(selector);
const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea";
const ROWS = ".rows > li, .table tbody tr";

window.htmx = htmx;

// --- keys -------------------------------------------------------------------------------------------------
// Links and buttons say which key they answer to: data-go after "g", data-hot anywhere, data-row-hot in a row.
let goUntil = 0;

const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") && !target.matches("[type=radio], [type=checkbox]");

function act(element) {
  if (!element) return false;
  if (element.matches("input:not([type=radio]), textarea, select")) element.focus();
  else if (element.matches("summary")) element.parentElement.open = true;
  else element.click();
  if (element.dataset.then) one(element.dataset.then)?.focus();
  return true;
}

function moveRow(step) {
  const links = all(ROWS).map((row) => one("a[href]", row)).filter((link) => link?.offsetParent);
  const here = document.activeElement.closest(ROWS);
  const at = links.findIndex((link) => link.closest(ROWS) === here);
  const next = at < 0 && step < 0 ? links.length - 1 : Math.min(Math.max(at + step, 0), links.length - 1);
  links[next]?.focus();
}

function hotkey(event) {
  const key = event.key;
  const row = document.activeElement.closest(ROWS);
  const byKey = (name, inside = root) => one(`[data-${name}="${CSS.escape(key)}"]`, inside);
  if (goUntil > Date.now()) {
    goUntil = 0;
    if (act(byKey("go"))) return true;
  }
  if (key === "g") goUntil = Date.now() + 1500;
  else if (key === "/") openPalette();
  else if (key === "j" || key === "k") moveRow(key === "j" ? 1 : -1);
  else return (row && act(byKey("row-hot", row))) || act(byKey("hot", one("#main")) ?? byKey("hot"));
  return true;
}

document.addEventListener("keydown", (event) => {
  const command = event.ctrlKey || event.metaKey;
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  if (command && event.key.toLowerCase() === "k" && openPalette()) event.preventDefault();
  else if (command && event.key === "Enter") event.target.form?.requestSubmit();
  else if (event.key === "Escape") act(one("[data-cancel]", event.target.closest("form") ?? document.createElement("p")));
  else if (!command && !one("dialog[open]") && !isTyping(event.target) && root.dataset.hotkeys !== "off" && hotkey(event)) event.preventDefault();
});

// --- palette ----------------------------------------------------------------------------------------------
const palette = one("#palette");
const query = palette && one("input", palette);
const options = () => all('[role="option"]', palette);

function select(option) {
  options().forEach((each) => each.setAttribute("aria-selected", each === option));
  query.setAttribute("aria-activedescendant", option?.id ?? "");
  option?.scrollIntoView({ block: "nearest" });
}

function openPalette() {
  if (!palette) return false;
  if (!palette.open) palette.showModal();
  query.select();
  query.dispatchEvent(new Event("palette"));
  select(options()[0]);
  return true;
}

query?.addEventListener("keydown", (event) => {
  const list = options();
  const at = list.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) select(list[(at + step + list.length) % list.length]);
  else if (event.key === "Enter" && list[at]) location.assign(list[at].dataset.href);
  else return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const plainClick = !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (plainClick && event.target.closest("[data-open=palette]") && openPalette()) event.preventDefault();
  const option = event.target.closest("#palette [role=option]");
  if (option) location.assign(option.dataset.href);
  if (event.target === palette) palette.close();
});

// --- small comforts of a page -------------------------------------------------------------------------------
one(".subnav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

// The zone of this browser: filled in where nobody has chosen yet, offered where somebody may have.
all("[data-zone]").forEach((place) => {
  const field = one("input", place);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  if (!timeZone || field.value === timeZone) return;
  if (place.dataset.zone === "fill") {
    if (field.value === "UTC") field.value = timeZone;
    return;
  }
  const offer = one("p[hidden]", place);
  one("span", offer).textContent = timeZone;
  offer.hidden = false;
  one("button", offer).addEventListener("click", () => {
    field.value = timeZone;
    offer.hidden = true;
    field.focus();
  });
});

// --- where one was -----------------------------------------------------------------------------------------
// Undo loads its page anew: the focus then goes back to where the act was begun, a row or the start of a form.
const startOf = (place) => one("[data-focus]", place) ?? (place.matches(FOCUSABLE) ? place : one(FOCUSABLE, place));

document.addEventListener("submit", ({ target }) => {
  if (target.method !== "post") return;
  const place = target.closest(`:is(${ROWS})[id]`) ?? one("[data-focus]", target.closest("[data-restart]") ?? target);
  if (target.closest("#toasts")) sessionStorage.back = sessionStorage.begun ?? "";
  else sessionStorage.begun = place?.id ?? "";
}, true);

if (sessionStorage.back !== undefined) {
  const place = document.getElementById(sessionStorage.back);
  delete sessionStorage.back;
  (place ? startOf(place) : one("#main"))?.focus();
}

// --- partial replies --------------------------------------------------------------------------------------
const isBackground = (ctx) => ctx.sourceEvent?.type === "every";
let neighbour;

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const token = one("input[name=csrf_token]")?.value;
  if (token && ctx.request.method !== "GET") ctx.request.headers["X-CSRFToken"] = token;
});

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  if (isBackground(ctx) && document.hidden) event.preventDefault();
  // A toast stays until the next act; the reply may bring a new one.
  else if (!isBackground(ctx) && !ctx.sourceElement.closest("#toasts, #palette")) one("#toasts")?.replaceChildren();
});

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  tasks.forEach((task) => all("script", task.fragment).forEach((script) => script.remove()));
  const row = ctx.sourceElement?.closest(ROWS);
  neighbour = row && (row.nextElementSibling ?? row.previousElementSibling);
});

// Where the focus goes after a swap: to the first message of a refused form, to the row that a form which begins anew has
// just added (keys are off in a field, and u must undo), else to that form's start, and never back to the top of the page
// because the focused element went away.
document.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = event.detail;
  if (isBackground(ctx)) return;
  if (palette?.contains(ctx.sourceElement)) return select(options()[0]);
  const place = [ctx.sourceElement, neighbour].find((element) => element?.isConnected);
  const refused = ctx.response?.status === 422 && place && one("[aria-invalid=true]", place);
  const lost = !document.activeElement || document.activeElement === document.body;
  if (refused) refused.focus();
  else if (lost || place?.matches("[data-restart]")) {
    const added = place?.matches("[data-restart]") && ctx.response?.status !== 422 && one("#recent > .fresh a[href]");
    const target = added || place && startOf(place);
    (target ?? one("#main"))?.focus();
  }
});
