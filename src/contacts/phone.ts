import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import { text } from "../rooms/frames.ts";

/** A telephone number in international form, spaced and bracketed as people do, as E.164; undefined for what is none. */
export function e164(written: string): string | undefined {
	const parsed = parsePhoneNumberFromString(written, { extract: false });
	return parsed?.isValid() && parsed.ext === undefined ? parsed.number : undefined;
}

/** The same in a request: what is no number is refused. */
export const phone = text.max(64).transform((written, context): string => {
	const number = e164(written);
	if (number !== undefined) return number;
	const message = "Write the number with its country: +44 20 7946 0958.";
	context.addIssue({ code: "custom", message, input: written });
	return "";
});
