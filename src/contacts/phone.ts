import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import { text } from "../rooms/frames.ts";

/** A telephone number in international form, spaced and bracketed as people do; read as E.164. */
export const phone = text.max(64).transform((written, context): string => {
	const parsed = parsePhoneNumberFromString(written, { extract: false });
	if (parsed?.isValid() && parsed.ext === undefined) return parsed.number;
	const message = "Write the number with its country: +44 20 7946 0958.";
	context.addIssue({ code: "custom", message, input: written });
	return "";
});
