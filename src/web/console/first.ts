/** A script of its own, small enough to run while the page's is still loaded: what the first screen shows is then on its way. */
import { keptSession } from "./core/kept-session.ts";
import { FIRST_CHATS } from "./inbox/first-chats.ts";

const [, section = ""] = location.hash.split("/");
const token = keptSession()?.token;
if (token === undefined) ask("/console/settings", {});
else if (section === "" || section === "inbox") ask(FIRST_CHATS, { Authorization: `Bearer ${token}` });

function ask(path: string, headers: Record<string, string>): void {
	// Too late: the page asks by itself.
	if (globalThis.foyerEarly !== undefined) return;
	const answer = fetch(path, { headers: { Accept: "application/json", ...headers } });
	// Whoever takes it hears of it.
	answer.catch(() => {});
	globalThis.foyerEarly = { path, token, answer };
}
