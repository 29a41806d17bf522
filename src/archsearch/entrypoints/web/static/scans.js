// Larger and smaller, and turning pages with keys. Without it pages turn by links.
"use strict";
(() => {
  const STEPS = [50, 75, 100, 150, 200, 300, 400];
  const FIT = STEPS.indexOf(100);
  const of = (name) => document.querySelector("[data-" + name + "]");
  let at = FIT;

  function zoom(to) {
    const stage = of("stage");
    const leaf = of("leaf");
    if (!stage || !leaf) return;
    const seen = leaf.clientWidth || 1;
    const [x, y] = [
      (stage.scrollLeft + stage.clientWidth / 2) / seen,
      (stage.scrollTop + stage.clientHeight / 2) / seen,
    ];
    at = Math.min(Math.max(to, 0), STEPS.length - 1);
    leaf.style.width = STEPS[at] + "%";
    of("zoomed").textContent = STEPS[at] + "%";
    sessionStorage.setItem("zoom", String(at));
    // What was in the middle stays there.
    stage.scrollLeft = x * leaf.clientWidth - stage.clientWidth / 2;
    stage.scrollTop = y * leaf.clientWidth - stage.clientHeight / 2;
  }

  function turn(way) {
    const link = document.querySelector(".viewer a[rel=" + way + "]");
    if (link) link.click();
    return Boolean(link);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom]");
    if (button) zoom(button.dataset.zoom === "0" ? FIT : at + Number(button.dataset.zoom));
  });

  document.addEventListener("keydown", (event) => {
    if (!of("viewer") || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select")) return;
    const inside = event.target.closest("[data-stage]");
    const does = {
      "+": () => zoom(at + 1), "=": () => zoom(at + 1), "-": () => zoom(at - 1), 0: () => zoom(FIT),
      // A page that is larger than its frame is moved by the arrows.
      ArrowLeft: () => (inside && at > FIT) || turn("prev"),
      ArrowRight: () => (inside && at > FIT) || turn("next"),
    }[event.key];
    if (!does) return;
    if (does() !== true || event.key.length === 1) event.preventDefault();
  });

  function begin() {
    if (!of("zooming")) return;
    of("zooming").hidden = false;
    // Who reads a page larger reads the next one so too.
    const kept = STEPS[sessionStorage.getItem("zoom")] ? Number(sessionStorage.getItem("zoom")) : FIT;
    if (kept !== FIT) zoom(kept);
  }

  document.addEventListener("htmx:afterSettle", begin);
  begin();
})();
