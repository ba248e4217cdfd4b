/** A readable page of an answer, for people who follow a link. No script, no style of its own: the policy of every answer forbids both. */
export function htmlPage(title: string, value: unknown): string {
	const json = escape(JSON.stringify(value, null, 2) ?? "");
	const name = escape(title);
	return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${name}</title></head><body><h1>${name}</h1><pre>${json}</pre></body></html>`;
}

function escape(text: string): string {
	return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
