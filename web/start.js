/* Says in words why the page can't run here, or starts it.  Old browsers must understand this. */
(function () {
    "use strict";

    function tell(problem) {
        var state = document.getElementById("state");
        state.textContent = problem;
        state.className = "problem";
        document.getElementById("progress").hidden = true;
    }

    if (location.protocol === "file:") {
        tell("Opened as a file, a browser lets no page load its parts. Strata's page must come " +
             "from a web server: run “make serve” and open the address that it names.");
    } else if (typeof WebAssembly !== "object") {
        tell("This browser has no WebAssembly, or it is switched off. Strata needs it here.");
    } else if (!("noModule" in document.createElement("script")) ||
               typeof DecompressionStream !== "function") {
        tell("This browser is too old for this page: Chrome and Edge 80, Firefox 113 and " +
             "Safari 16.4 are the first that do.");
    } else {
        var script = document.createElement("script");
        script.type = "module";
        script.src = "page.js";
        script.onerror = function () {
            tell("A part of the page is missing on the server. Load the page again.");
        };
        document.body.appendChild(script);
    }
})();
