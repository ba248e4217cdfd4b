declare global {
	/** What first.ts has asked for; false once nothing more is to be asked early. */
	// oxlint-disable-next-line no-var -- how a property of the global object is declared
	var foyerEarly: { path: string; token: string | undefined; answer: Promise<Response> } | false | undefined;
}

/** The answer to what was asked early, if that is it and was asked by the same person; once, since it grows old. */
export function takeEarly(path: string, token: string | undefined): Promise<Response> | undefined {
	const asked = globalThis.foyerEarly;
	if (asked && (asked.path !== path || asked.token !== token)) return undefined;
	globalThis.foyerEarly = false;
	return asked ? asked.answer : undefined;
}
