import type * as z from "zod";
import { pascalCase, words } from "../wire/formats/names.ts";
import type { FieldError } from "./failure.ts";

type Issue = z.core.$ZodIssue;

/** What is wrong with one field, with the codes and in the words that ServiceStack's clients know (section 5.3 of the reference). */
export function fieldError(issue: Issue): FieldError {
	const fieldName = pathName(issue.path);
	const name = words(fieldName.split(".").at(-1) ?? "");
	const subject = name === "" ? "The request" : `'${name}'`;
	const { errorCode, message } = described(issue, subject);
	return { errorCode, fieldName, message };
}

type Description = Omit<FieldError, "fieldName">;

function described(issue: Issue, subject: string): Description {
	switch (issue.code) {
		case "invalid_type":
			return issue.input === undefined
				? { errorCode: "NotEmpty", message: `${subject} must not be empty.` }
				: { errorCode: "SerializationException", message: `${subject} must be ${article(issue.expected)}.` };
		case "too_small":
			return tooSmall(issue, subject);
		case "too_big":
			return tooBig(issue, subject);
		case "invalid_value": {
			const message = `${subject} has a range of values which does not include '${shown(issue.input)}'.`;
			return { errorCode: "Enum", message };
		}
		case "invalid_format":
			return issue.format === "email"
				? { errorCode: "Email", message: `${subject} is not a valid email address.` }
				: { errorCode: "RegularExpression", message: `${subject} is not in the correct format.` };
		default:
			return { errorCode: "Predicate", message: `${subject}: ${issue.message}` };
	}
}

function tooSmall(issue: z.core.$ZodIssueTooSmall, subject: string): Description {
	const { origin, minimum, inclusive, input } = issue;
	if (origin === "string") {
		const message = `The length of ${subject} must be at least ${minimum} characters. You entered ${lengthOf(input)} characters.`;
		return minimum === 1
			? { errorCode: "NotEmpty", message: `${subject} must not be empty.` }
			: { errorCode: "MinimumLength", message };
	}
	if (origin === "array")
		return { errorCode: "MinimumLength", message: `${subject} must have at least ${minimum} items.` };
	return inclusive === false
		? { errorCode: "GreaterThan", message: `${subject} must be greater than '${minimum}'.` }
		: { errorCode: "GreaterThanOrEqual", message: `${subject} must be greater than or equal to '${minimum}'.` };
}

function tooBig(issue: z.core.$ZodIssueTooBig, subject: string): Description {
	const { origin, maximum, inclusive, input } = issue;
	if (origin === "string") {
		const message = `The length of ${subject} must be ${maximum} characters or fewer. You entered ${lengthOf(input)} characters.`;
		return { errorCode: "MaximumLength", message };
	}
	if (origin === "array")
		return { errorCode: "MaximumLength", message: `${subject} must have at most ${maximum} items.` };
	return inclusive === false
		? { errorCode: "LessThan", message: `${subject} must be less than '${maximum}'.` }
		: { errorCode: "LessThanOrEqual", message: `${subject} must be less than or equal to '${maximum}'.` };
}

function lengthOf(input: unknown): number {
	return typeof input === "string" ? input.length : 0;
}

/** A value in a message: what it begins with, if it is a text or a number. */
function shown(input: unknown): string {
	return typeof input === "string" || typeof input === "number" ? String(input).slice(0, 100) : "";
}

function article(noun: string): string {
	return /^[aeio]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}

/** `["chat", "chatMembers", 0, "userId"]` as `Chat.ChatMembers[0].UserId`. */
function pathName(path: readonly PropertyKey[]): string {
	return path.reduce<string>((name, part) => {
		if (typeof part === "number") return `${name}[${part}]`;
		return `${name}${name && "."}${pascalCase(String(part))}`;
	}, "");
}
