/** Writes dates as the reader's language does. Made when first used: each takes several milliseconds, and most pages need one or two. */
export function dateFormat(options: Intl.DateTimeFormatOptions): { format: (date: Date | number) => string } {
	let made: Intl.DateTimeFormat | undefined;
	return { format: (date) => (made ??= new Intl.DateTimeFormat(undefined, options)).format(date) };
}
