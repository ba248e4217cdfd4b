/** What was written and not sent, by chat. It outlives the page, and is gone when the message is sent. */
const prefix = "foyer.draft.";
/** Characters: a draft longer than this is kept in the page alone. */
const LONGEST = 100_000;
const here = new Map<string, string>();

export function draftOf(scope: string): string {
	return here.get(scope) ?? localStorage.getItem(prefix + scope) ?? "";
}

export function keepDraft(scope: string, text: string): void {
	here.set(scope, text);
	try {
		if (text === "") localStorage.removeItem(prefix + scope);
		else if (text.length <= LONGEST) localStorage.setItem(prefix + scope, text);
	} catch {
		// The browser's storage is full or closed to us: the page still has it.
	}
}
