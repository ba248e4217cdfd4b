import "./landing.css";

const COPIED_MS = 1500;

for (const code of document.querySelectorAll("pre code")) nameServer(code);

for (const figure of document.querySelectorAll("figure")) {
	const [button, code] = [figure.querySelector("button"), figure.querySelector("code")];
	button?.addEventListener("click", () => void copy(button, code?.textContent ?? ""));
}

/** Set by the server where there is an org to try things with. */
const { demoOrg } = document.documentElement.dataset;
if (demoOrg !== undefined) offerDemo(demoOrg);

/** The examples name the server that shows them. */
function nameServer(code: Element): void {
	const texts = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
	for (let text = texts.nextNode(); text; text = texts.nextNode())
		text.textContent = text.textContent?.replaceAll("http://127.0.0.1:8787", location.origin) ?? "";
}

async function copy(button: HTMLButtonElement, text: string): Promise<void> {
	const before = button.textContent;
	try {
		await navigator.clipboard.writeText(text);
		button.textContent = "Copied";
	} catch {
		button.textContent = "Not allowed";
	}
	setTimeout(() => (button.textContent = before), COPIED_MS);
}

function offerDemo(org: string): void {
	const script = document.createElement("script");
	script.src = "/widget.js";
	Object.assign(script.dataset, {
		org,
		product: "PUBLICCHAT",
		title: "Foyer",
		greeting: "This is the widget, live. What you write here is waiting in the console.",
	});
	document.head.append(script);
	const card = document.querySelector<HTMLElement>(".demo");
	if (!card) return;
	card.hidden = false;
	card.querySelector("button")?.addEventListener("click", () => window.foyerWidget?.open());
}
