import { mask, type Channel } from "../delivery/message.ts";
import { agreesStill } from "../links/recipient.ts";
import { rulesOf, type Visit } from "./session.ts";

/** Where a code can be sent, and how that may be shown. */
export type CodeChannel = { channel: Channel; to: string; masked: string };

/**
 * Where codes of a link can go, the best first: by another way than the link came, so that whoever reads one mailbox has not got both. A
 * Restricted link takes the same way only when there is no other.
 */
export async function codeChannels({ tenant, link, token }: Omit<Visit, "session">): Promise<CodeChannel[]> {
	const rules = rulesOf({ link });
	if (!rules.otp) return [];
	const { recipientEmail, recipientPhone } = link;
	const known: [Channel, string | null][] = [
		["Email", recipientEmail],
		["Sms", (await agreesStill(tenant, link)) ? recipientPhone : null],
	];
	const channels = known.flatMap(([channel, to]) => (to ? [{ channel, to, masked: mask(channel, to) }] : []));
	const others = channels.filter(({ channel }) => channel !== token.channel);
	if (rules.codeByOtherChannel && others.length > 0) return others;
	return [...others, ...channels.filter(({ channel }) => channel === token.channel)];
}
