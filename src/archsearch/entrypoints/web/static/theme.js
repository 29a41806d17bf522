// Before the first paint, so that nothing flashes: the colours somebody chose here.
(() => {
  const kept = localStorage.getItem("theme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
})();
