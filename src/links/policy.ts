import { Failure } from "../http/failure.ts";
import { tierRules, type Tier } from "./tiers.ts";

export const HOUR_MS = 3600_000;

/** `fieldName` is the member that asked for it. */
export function tooLong(tier: Tier, fieldName: string): Failure {
	const { max } = tierRules[tier].lifeHours;
	const message = `A ${tier} link works for ${max} hours (${max / 24} days) at most, counted from when it was made.`;
	return violation(fieldName, message);
}

export function tooManyViews(tier: Tier): Failure {
	const { maxViews } = tierRules[tier];
	return violation("MaxViews", `A ${tier} link opens ${maxViews === 1 ? "once" : `${maxViews} times`} at most.`);
}

export function violation(fieldName: string, message: string): Failure {
	return new Failure("PolicyViolation", message, { fields: [{ errorCode: "PolicyViolation", fieldName, message }] });
}
