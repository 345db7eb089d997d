"use strict";
(function () {
  var rows = Array.from(document.querySelectorAll("details.row"));
  var all = Array.from(document.querySelectorAll("details"));
  var byId = function (id) { return document.getElementById(id); };

  // A cell leads to its row, opened, also where the filter hides it.
  function lead() {
    var at = location.hash.length > 1 && byId(location.hash.slice(1));
    if (!at || !at.matches("details.row")) return;
    at.open = true;
    tell();
    at.scrollIntoView();
    at.querySelector("summary").focus({ preventScroll: true });
  }

  // Style alone filters; here clauses without rows go too, and the number is told.
  function tell() {
    document.querySelectorAll(".clause").forEach(function (c) { c.hidden = false; });
    var seen = rows.filter(function (r) { return r.offsetParent !== null; });
    byId("shown").textContent = seen.length + " of " + rows.length + " provisions shown";
    document.querySelectorAll(".clause").forEach(function (c) {
      c.hidden = !seen.some(function (r) { return c.contains(r); });
    });
  }

  function each(list, open) { list.forEach(function (d) { d.open = open; }); }

  byId("tools").hidden = false;
  byId("open").addEventListener("click", function () { each(rows, true); });
  byId("close").addEventListener("click", function () { each(rows, false); });
  document.querySelector(".filter").addEventListener("change", tell);
  document.querySelector(".filter").addEventListener("submit", function (e) { e.preventDefault(); });
  addEventListener("hashchange", lead);

  // On paper everything is open, as it was before afterwards.
  var shut = [];
  addEventListener("beforeprint", function () {
    document.querySelectorAll(".clause").forEach(function (c) { c.hidden = false; });
    shut = all.filter(function (d) { return !d.open; });
    each(shut, true);
  });
  addEventListener("afterprint", function () { each(shut, false); shut = []; tell(); });

  // The target is known only when all is loaded.
  addEventListener("load", lead);
  tell();
})();
