/* global SwaggerUIBundle */
const dark = matchMedia("(prefers-color-scheme: dark)");
const followScheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", followScheme);
followScheme();

SwaggerUIBundle({
	url: "/openapi.json",
	domNode: document.getElementById("reference"),
	deepLinking: true,
	docExpansion: "list",
	filter: true,
	persistAuthorization: false,
	tryItOutEnabled: true,
	// No third party is asked whether the document is valid; a test of ours does that.
	validatorUrl: null,
});
