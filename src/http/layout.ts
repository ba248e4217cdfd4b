import { html, type Html } from "./html.ts";

/** A page without a script: its title, and the styles of all such pages. */
export function layout(title: string, content: Html): Html {
	return html`<html lang="en">
		<head>
			<meta charset="utf-8" />
			<meta name="viewport" content="width=device-width, initial-scale=1" />
			<meta name="color-scheme" content="light dark" />
			<title>${title}</title>
			<link rel="stylesheet" href="/assets/pages.css" />
		</head>
		<body>
			${content}
		</body>
	</html> `;
}
