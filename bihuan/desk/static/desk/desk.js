// The desk's own behaviour: keys, live marks, charts. Everything works without it, only slower.
"use strict";

(() => {
  const typing = (el) => el && (el.matches("input, textarea, select") || el.isContentEditable);

  // A page that waits for something asks again.
  document.addEventListener("DOMContentLoaded", () => {
    const wait = document.querySelector("[data-reload]");
    if (wait) setTimeout(() => location.reload(), Number(wait.dataset.reload));
  });
  // A table that is wider than its window is moved by the keyboard too, where nothing in it takes the focus.
  const reachable = () => document.querySelectorAll(".table-scroll").forEach((el) => {
    if (el.scrollWidth > el.clientWidth && !el.querySelector("a, button, input, select, textarea")) el.tabIndex = 0;
    else el.removeAttribute("tabindex");
  });
  document.addEventListener("DOMContentLoaded", reachable);
  document.addEventListener("htmx:afterSettle", reachable);
  window.addEventListener("resize", reachable);
  // On a phone the rows of a table marked piled are told cell by cell: each says under which heading it stands.
  const headed = () => document.querySelectorAll("table.piled").forEach((table) => {
    const headings = [...table.querySelectorAll("thead > tr > *")].map((th) => th.textContent.trim());
    table.querySelectorAll("tbody > tr").forEach((row) => [...row.children].forEach((cell, n) => {
      if (cell.tagName === "TD" && headings[n]) cell.dataset.heading = headings[n];
    }));
  });
  document.addEventListener("DOMContentLoaded", headed);
  document.addEventListener("htmx:afterSettle", headed);
  // A select in a form marked data-submit needs no button.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-submit]");
    if (form && event.target.matches("select")) form.requestSubmit();
  });
  // One of those that a name may mean: its number goes into the field before it, which then says whose it is.
  document.addEventListener("click", (event) => {
    const one = event.target.closest("[data-fill]");
    if (!one) return;
    const known = one.closest(".known");
    const fields = [...document.querySelectorAll("input")].filter((el) => el.compareDocumentPosition(known) & Node.DOCUMENT_POSITION_FOLLOWING);
    const field = fields.at(-1);
    if (!field) return;
    field.value = one.dataset.fill;
    field.focus();
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  // What cannot be taken back at once is asked first.
  document.addEventListener("submit", (event) => {
    const ask = event.target.dataset.confirm;
    if (ask && !window.confirm(ask)) event.preventDefault();
  });
  // Empty words would only lengthen the address.
  document.addEventListener("submit", (event) => {
    if (event.target.method === "get") event.target.querySelectorAll("input, select").forEach((el) => { if (el.value === "") el.disabled = true; });
  });

  // The stream of events: what is marked data-live is fetched anew when its facts have moved. Nothing else moves, and
  // nothing while somebody types in it or nobody looks.
  const stale = new Set();
  let timer = 0;
  const refresh = () => {
    timer = 0;
    if (document.hidden || document.querySelector(".dropdown-menu.show")) return later();
    document.querySelectorAll("[data-live]").forEach((el) => {
      if (!stale.has(el.dataset.live) || (el.contains(document.activeElement) && typing(document.activeElement))) return;
      htmx.trigger(el, "refresh");
    });
    stale.clear();
  };
  const later = () => { timer ||= setTimeout(refresh, 400); };
  // Only a page that somebody looks at listens: a browser gives one server six connections, for all its tabs.
  const listen = (address) => {
    let events = null;
    let lost = false;
    const all = () => { document.querySelectorAll("[data-live]").forEach((el) => stale.add(el.dataset.live)); later(); };
    const found = () => {
      document.body.classList.remove("cut-off");
      // What a page missed while it was away it sees by looking again.
      if (lost) all();
      lost = false;
    };
    const open = () => {
      events = new EventSource(address);
      events.addEventListener("holes", () => { stale.add("holes"); later(); });
      events.addEventListener("rows", (event) => { stale.add(`rows:${JSON.parse(event.data).ledger}`); later(); });
      events.addEventListener("reload", all);
      events.addEventListener("clock", all);
      events.addEventListener("gone", () => { lost = true; document.body.classList.add("cut-off"); });
      events.addEventListener("error", () => {
        lost = true;
        document.body.classList.add("cut-off");
        // An answer that is no stream ends it for good, as the browser has it: we ask again ourselves.
        if (events.readyState === EventSource.CLOSED) again();
      });
      events.addEventListener("open", found);
      events.addEventListener("back", found);
    };
    const close = () => { events?.close(); events = null; };
    // Until the desk answers; whoever is signed out by then signs in.
    const again = () => {
      close();
      setTimeout(async () => {
        if (document.hidden || events) return;
        const answer = await fetch("/account/", { method: "HEAD", redirect: "manual" }).catch(() => null);
        if (answer?.type === "opaqueredirect") location.reload();
        else if (answer?.ok) open();
        else again();
      }, 3000);
    };
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) close();
      else if (!events) { lost = true; open(); }
    });
    window.addEventListener("pagehide", close);
    if (!document.hidden) open();
  };
  document.addEventListener("DOMContentLoaded", () => { if (document.body.dataset.events) listen(document.body.dataset.events); });

  // j k enter over any list whose rows are marked data-row; / to the search.
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const select = (row) => {
    rows().forEach((r) => r.classList.toggle("at", r === row));
    row.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && typing(event.target)) return event.target.blur();
    if (typing(event.target)) return;
    const list = rows();
    const here = list.findIndex((r) => r.classList.contains("at"));
    if (event.key === "j" && list.length) select(list[Math.min(here + 1, list.length - 1)]);
    else if (event.key === "k" && list.length) select(list[Math.max(here - 1, 0)]);
    else if (event.key === "Enter" && here >= 0 && event.target === document.body) list[here].querySelector("a")?.click();
    else {
      const mark = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (!mark) return;
      event.preventDefault();
      if (typing(mark)) mark.focus();
      else mark.click();
    }
  });

  // The wall turns from area to area by itself.
  document.addEventListener("alpine:init", () => {
    Alpine.data("wall", () => ({
      init() {
        const stops = JSON.parse(document.getElementById("wall-stops").textContent);
        if (stops.length < 2) return;
        const here = stops.indexOf(new URLSearchParams(location.search).get("in") || "");
        setTimeout(() => {
          const next = new URL(location.href);
          const stop = stops[(here + 1) % stops.length];
          if (stop) next.searchParams.set("in", stop); else next.searchParams.delete("in");
          location.replace(next);
        }, 30000);
      },
    }));
  });
})();
