// What pages do beyond links and forms. Without it everything still works.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const WAIT = 120;

  // Colours.
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#theme")) return;
    const root = document.documentElement;
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
  });

  // Suggestions. While an input method composes, nothing is asked and no key is ours.
  let composing = false;
  let timer = 0;
  let asked = null;

  const composes = (event) => composing || event.isComposing || event.keyCode === 229;
  const options = () => [...$("suggestions").children];
  const chosen = () => options().findIndex((each) => each.getAttribute("aria-selected") === "true");

  function close() {
    clearTimeout(timer);
    if (asked) asked.abort();
    asked = null;
    const list = $("suggestions");
    if (!list) return;
    list.hidden = true;
    list.replaceChildren();
    $("q").setAttribute("aria-expanded", "false");
    $("q").removeAttribute("aria-activedescendant");
  }

  function choose(number) {
    const all = options();
    all.forEach((each, at) => each.setAttribute("aria-selected", String(at === number)));
    if (number < 0) $("q").removeAttribute("aria-activedescendant");
    else {
      $("q").setAttribute("aria-activedescendant", all[number].id);
      all[number].scrollIntoView({ block: "nearest" });
    }
  }

  async function suggest() {
    const text = $("q").value.trim();
    if (!text || text.length > 40) return close();
    if (asked) asked.abort();
    const mine = (asked = new AbortController());
    try {
      const answer = await fetch("/suggest?text=" + encodeURIComponent(text), {
        signal: mine.signal,
        headers: { Accept: "text/html" },
        redirect: "error",
      });
      if (!answer.ok || asked !== mine || document.activeElement !== $("q")) return;
      const list = $("suggestions");
      // Escaped by the server, and the content policy runs nothing that might slip in.
      list.innerHTML = await answer.text();
      list.hidden = !list.children.length;
      $("q").setAttribute("aria-expanded", String(!list.hidden));
      $("q").removeAttribute("aria-activedescendant");
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(suggest, WAIT);
  }

  function take(option) {
    $("q").value = option.dataset.text;
    close();
    $("search").requestSubmit();
  }

  const atBox = (event) => event.target.id === "q";
  document.addEventListener("compositionstart", (event) => { if (atBox(event)) { composing = true; clearTimeout(timer); } });
  document.addEventListener("compositionend", (event) => { if (atBox(event)) { composing = false; later(); } });
  document.addEventListener("input", (event) => { if (atBox(event) && !composing && !event.isComposing) later(); });
  document.addEventListener("focusout", (event) => { if (atBox(event)) setTimeout(() => { if (document.activeElement !== $("q")) close(); }, 150); });
  document.addEventListener("submit", (event) => { if (event.target.id === "search") close(); }, true);
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest("#suggestions [role=option]");
    if (option) { event.preventDefault(); take(option); }
  });

  function inBox(event) {
    if (composes(event)) {
      // Enter that ends a composition is no search.
      if (event.key === "Enter") event.preventDefault();
      return;
    }
    const all = options();
    const now = chosen();
    if (event.key === "ArrowDown" && all.length) {
      event.preventDefault();
      choose((now + 1) % all.length);
    } else if (event.key === "ArrowUp" && all.length) {
      event.preventDefault();
      choose(now <= 0 ? all.length - 1 : now - 1);
    } else if (event.key === "Enter" && now >= 0) {
      event.preventDefault();
      take(all[now]);
    } else if (event.key === "/" && !$("q").value) {
      // The key that leads here, pressed once more; no search begins with it.
      event.preventDefault();
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (all.length) close();
      else $("q").value = "";
    }
  }

  // What is written while an answer is on its way is not overwritten by the answer.
  let sent = "";
  const ofMain = (event) => event.detail.target && event.detail.target.id === "main" && $("q");
  document.addEventListener("htmx:beforeRequest", (event) => { if (ofMain(event)) sent = $("q").value; });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!ofMain(event) || $("q").value === sent) return;
    const written = $("q").value;
    document.addEventListener("htmx:afterSwap", () => { if ($("q")) $("q").value = written; }, { once: true });
  });

  // Keys outside of fields.
  function walk(step) {
    const links = [...document.querySelectorAll(".hit .open")];
    if (!links.length) return;
    const now = links.indexOf(document.activeElement);
    const next = links[Math.min(Math.max(now + step, 0), links.length - 1)];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (atBox(event)) return inBox(event);
    if (composes(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select")) return;
    if (event.key === "/" && $("q")) {
      event.preventDefault();
      $("q").focus();
      $("q").select();
    } else if (event.key === "j") walk(1);
    else if (event.key === "k") walk(-1);
  });

  // Small things: selects that submit, long facets, printing.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits], #search input[type=radio]")) event.target.form.requestSubmit();
  });
  document.addEventListener("click", (event) => {
    const more = event.target.closest("button.more");
    if (more) {
      const open = more.closest(".facet").classList.toggle("whole");
      more.setAttribute("aria-expanded", String(open));
    }
    if (event.target.closest("[data-print]")) print();
  });

  // Facets are a column where there is room, and a drawer on a phone.
  const wide = matchMedia("(min-width: 800px)");
  const settle = () => { if ($("drawer")) $("drawer").open = wide.matches; };
  wide.addEventListener("change", settle);
  document.addEventListener("htmx:afterSettle", settle);
  settle();
})();
