import { html, type Html } from "../http/html.ts";
import { expiryText, gsm, oneLine } from "./text.ts";
import type { Channel, Message } from "./message.ts";

/** A link to tell somebody of. Names may be anything; times are milliseconds since 1970. */
export type LinkNews = {
	channel: Channel;
	to: string;
	linkId?: number | undefined;
	/** With its token. */
	portalUrl: string;
	expiresAt: number;
	now: number;
	tenantName: string;
	/** Who made it. */
	senderName: string;
	recipientName: string;
	/** A code will be asked for. */
	requireOtp: boolean;
};

export type CodeNews = {
	channel: Channel;
	to: string;
	linkId?: number | undefined;
	code: string;
	/** The code works until then; later it is not sent any more. */
	expiresAt: number;
	now: number;
	tenantName: string;
	/** PORTAL_BASE_URL: the page where the code is typed, which phones fill it in for. */
	portalBaseUrl: string;
};

/** One GSM-7 segment. */
const SEGMENT = 160;
const NAME = 60;

/** "Somebody sent you something": the first message of a link. */
export function linkMessage(news: LinkNews): Message {
	const { tenant, sender } = namesOf(news);
	return linkText(news, {
		subject: `${sender} of ${tenant} sent you a secure link`,
		opening: `${sender} of ${tenant} has something for you. Open it here:`,
		sms: `${tenant}: ${sender} sent you a secure link:`,
		unexpected: `If you do not know ${sender} or ${tenant}, you can ignore this message. Nothing happens until the link is opened.`,
	});
}

/** The answer to "send me a new link", or a link that was sent again. */
export function newLinkMessage(news: LinkNews): Message {
	const { tenant, sender } = namesOf(news);
	return linkText(news, {
		subject: `Your new secure link from ${tenant}`,
		opening: `Here is a new link to what ${sender} of ${tenant} has for you:`,
		sms: `${tenant}: your new secure link:`,
		unexpected:
			"If you did not ask for a new link, you can ignore this message. Nothing happens until the link is opened.",
	});
}

/** The code that a link asks for. By text message it ends in the line by which phones know where to fill it in (`@host #code`). */
export function codeMessage(news: CodeNews): Message {
	const { channel, to, linkId, code, expiresAt } = news;
	const tenant = oneLine(news.tenantName, NAME);
	const minutes = Math.max(1, Math.round((expiresAt - news.now) / 60_000));
	const life = `${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
	const about = { kind: "Code", channel, to, linkId, expiresAt } as const;
	if (channel === "Sms") return { ...about, text: codeSms(news, life) };
	const ways = [
		`It works for ${life}, once, on the page that asked for it. Never tell it to anybody: nobody at ${tenant} will ask you for it.`,
		`If you did not ask for a code, you can ignore this message: without it the link stays closed.`,
	];
	return {
		...about,
		subject: `${code} is your code for ${tenant}`,
		text: [`Your code for ${tenant} is ${code}`, ...ways].join("\n\n") + "\n",
		html: mail(
			tenant,
			html`<p>Your code for ${tenant} is</p>
				<p style="margin:24px 0;font:700 32px/1.2 ui-monospace,Menlo,Consolas,monospace;letter-spacing:4px">${code}</p>
				${ways.map((way) => html`<p>${way}</p>`)}`,
		),
	};
}

/** In one segment where it can be: the name of the tenant makes way first. Format: https://wicg.github.io/sms-one-time-codes/. */
function codeSms({ code, tenantName, portalBaseUrl }: CodeNews, life: string): string {
	const end = `It works for ${life}. Never share it.\n\n@${new URL(portalBaseUrl).hostname} #${code}`;
	const bare = `${code} is your code. ${end}`;
	const room = SEGMENT - gsm.length(bare) - " for ".length;
	const name = gsm.cut(gsm.fold(oneLine(tenantName, NAME)), room);
	return name === "" ? bare : `${code} is your code for ${name}. ${end}`;
}

type Wording = { subject: string; opening: string; sms: string; unexpected: string };

function linkText(news: LinkNews, { subject, opening, sms, unexpected }: Wording): Message {
	const { channel, to, linkId, portalUrl, expiresAt } = news;
	const until = expiryText(expiresAt, news.now);
	const about = { kind: "Link", channel, to, linkId, expiresAt } as const;
	if (channel === "Sms") return { ...about, text: gsm.fold(`${sms} ${portalUrl}\nIt works ${until}.`) };
	const name = oneLine(news.recipientName, NAME);
	// Whoever is known by their address alone is not called by it.
	const greeting = name === "" || name.includes("@") ? "Hello," : `Hello ${name},`;
	const works = `The link works ${until}.`;
	const code = news.requireOtp && "For your safety you will be asked for a code, which we send you then.";
	const own = "It is meant for you alone: please do not pass it on.";
	const notes = [works, code, own, unexpected].filter((note) => note !== false);
	return {
		...about,
		subject,
		text: [greeting, opening, portalUrl, ...notes].join("\n\n") + "\n",
		html: mail(
			subject,
			html`<p>${greeting}</p>
				<p>${opening}</p>
				<p style="margin:24px 0">
					<a
						href="${portalUrl}"
						style="display:inline-block;padding:12px 24px;border-radius:8px;background:#1a5fb4;color:#ffffff;font-weight:600;text-decoration:none"
						>Open the link</a
					>
				</p>
				${notes.map((note) => html`<p>${note}</p>`)}
				<p style="font-size:14px">
					If the button does not work, copy this address into your browser:<br />
					<span style="overflow-wrap:anywhere;word-break:break-all">${portalUrl}</span>
				</p>`,
		),
	};
}

function namesOf({ tenantName, senderName }: LinkNews): { tenant: string; sender: string } {
	const tenant = oneLine(tenantName, NAME) || "Foyer";
	return { tenant, sender: oneLine(senderName, NAME) || tenant };
}

/** A mail that stands by itself: no image, no font, no style from elsewhere. Without colours of its own it follows the reader's dark mode. */
function mail(title: string, content: Html): string {
	return `<!doctype html>${
		html`<html lang="en">
			<head>
				<meta charset="utf-8" />
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<meta name="color-scheme" content="light dark" />
				<meta name="supported-color-schemes" content="light dark" />
				<title>${title}</title>
			</head>
			<body style="margin:0;padding:24px 16px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif">
				<div style="max-width:560px;margin:0 auto">${content}</div>
			</body>
		</html>`.markup
	}`;
}
