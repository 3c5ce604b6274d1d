// The console's own script. Everything works without it: each key here presses a button that is on the page.
"use strict";

const shortcuts = document.getElementById("main")?.dataset.shortcuts === "on";

// The list: J and K or the arrows go from row to row, Enter opens, C claims. Only while the list has focus.
const list = document.querySelector("[data-list]");

function rowsOf(part) {
  return [...part.querySelectorAll("tbody tr")];
}

function go(row) {
  const act = row.querySelector("[data-act]");
  if (!act) row.tabIndex = -1;
  (act ?? row).focus();
}

function step(by) {
  const rows = rowsOf(list);
  const here = rows.indexOf(document.activeElement.closest("tbody tr"));
  const next = here < 0 ? (by > 0 ? 0 : rows.length - 1) : here + by;
  if (rows[next]) go(rows[next]);
}

function claim() {
  const row = document.activeElement.closest("tbody tr");
  (row ? row.querySelector("[data-act]") : document.querySelector("[data-claim-next]"))?.click();
}

const LIST_KEYS = { j: () => step(1), k: () => step(-1), arrowdown: () => step(1), arrowup: () => step(-1), c: claim };

function plain(event) {
  return !(event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea"));
}

if (shortcuts && list) {
  list.tabIndex = 0;
  list.addEventListener("keydown", (event) => {
    const act = plain(event) && LIST_KEYS[event.key.toLowerCase()];
    if (act) {
      event.preventDefault();
      act();
    }
  });
}

// The outcome: its digit chooses it, only while the question has focus. Ctrl+Enter saves and claims the next.
const outcome = document.getElementById("outcome");

if (shortcuts && outcome) {
  outcome.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=radio])")) return;
    const radio = outcome.querySelector(`input[data-key="${CSS.escape(event.key)}"]`);
    if (radio) {
      event.preventDefault();
      radio.checked = true;
      radio.focus();
    }
  });
}

if (shortcuts) {
  document.addEventListener("keydown", (event) => {
    const main = document.querySelector("[data-main-save]");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && main) {
      event.preventDefault();
      main.form.requestSubmit(main);
    }
  });
}

// The quick search: the link opens it, and so do / and Ctrl+K. Without a script the link is a link.
const quick = document.getElementById("quick");

if (quick) {
  document.querySelector("[data-quick]")?.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    quick.showModal();
  });
  document.addEventListener("keydown", (event) => {
    const wanted = event.ctrlKey || event.metaKey ? event.key.toLowerCase() === "k" : event.key === "/" && plain(event);
    if (shortcuts && wanted && !quick.open) {
      event.preventDefault();
      quick.showModal();
    }
  });
}

// A menu closes when something else is pressed, and by Esc.
const menus = document.querySelectorAll("details.menu");

function close(but) {
  for (const menu of menus) if (menu !== but) menu.open = false;
}

document.addEventListener("click", (event) => close(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

// A call that was just started rings by itself; what came of it is asked next.
const ring = document.querySelector("[data-ring]");

if (ring) {
  ring.click();
  outcome?.focus({ preventScroll: true });
}

// A list that could not be refreshed says so.
const STALE_AFTER = 20000; // milliseconds
const stale = document.getElementById("stale");

if (stale) {
  let fresh = Date.now();
  document.addEventListener("htmx:after:request", (event) => {
    if (event.detail.ctx.response?.status < 400) fresh = Date.now();
  });
  setInterval(() => {
    stale.hidden = Date.now() - fresh < STALE_AFTER;
  }, 2000);
}
