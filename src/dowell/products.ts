/** The products of the visitor dialect. A code is the first half of `room_room_id`, and of the `org_id` of rooms opened without an org. */
const codes: Readonly<Record<string, number>> = {
	WORKFLOWAI: 11,
	TEAMMANAGEMENT: 12,
	WIFIQRCODE: 13,
	SALESAGENTLOGIN: 14,
	LEGALZARD: 15,
	USEREXPERIENCELIVE: 16,
	SOCIALMEDIAAUTOMATION: 17,
	LIVINGLABSCALES: 18,
	LOGOSCAN: 19,
	LIVINGLABMONITORING: 20,
	PERMUTATIONCALCULATOR: 21,
	SECUREREPOSITORIES: 22,
	SECUREDATA: 23,
	CUSTOMEREXPERIENCE: 24,
	DOWELLCSC: 25,
	LIVINGLABCHAT: 26,
	SALESAGENT: 27,
	LOGIN: 28,
	DOWELLMAIL: 29,
	EXTENSION: 30,
	LIVINGLABADMIN: 31,
	PUBLICCHAT: 32,
};

/** Have a code and yet open no room: the deployed serializer left them out of its choices. */
const closed = ["SECUREREPOSITORIES", "SECUREDATA", "CUSTOMEREXPERIENCE", "DOWELLCSC", "LIVINGLABCHAT"];

/** The products that rooms may be opened for. The last two never had a code, or lost it. */
export const products: readonly string[] = [
	...Object.keys(codes).filter((product) => !closed.includes(product)),
	"LIVINGLABCALCULATOR",
	"PUBLIC_QR",
];

/** `13-ABCD12345`: a label that clients show, not a key. Null for a product without a code. */
export function roomLabel(productName: string, userId: string): string | null {
	const code = Object.hasOwn(codes, productName) ? codes[productName] : undefined;
	return code === undefined ? null : `${code}-${userId}`;
}
