import { expect, it } from "vitest";
import { mask } from "../src/delivery/message.ts";
import { codeMessage, linkMessage, newLinkMessage, type CodeNews, type LinkNews } from "../src/delivery/templates.ts";
import { expiryText, gsm, oneLine } from "../src/delivery/text.ts";

const now = Date.UTC(2026, 10, 22, 9, 30);
const token = `cl_${"a".repeat(43)}`;
const link: LinkNews = {
	channel: "Email",
	to: "ann@example.com",
	linkId: 7,
	portalUrl: `https://portal.example.com/l/${token}`,
	expiresAt: Date.UTC(2026, 10, 27, 14),
	now,
	tenantName: "Acme",
	senderName: "Ada Agent",
	recipientName: "Ann",
	requireOtp: true,
};
const code: CodeNews = {
	channel: "Sms",
	to: "+447400123456",
	linkId: 7,
	code: "482913",
	expiresAt: now + 600_000,
	now,
	tenantName: "Acme",
	portalBaseUrl: "https://portal.example.com:8443",
};
const hostile = 'Eve\r\nBcc: all@example.com\u2028\u202e<img src=x onerror="alert(1)">&\'\0';

it("says in a mail who sent the link, until when it works and what to do when it was not expected", () => {
	const message = linkMessage(link);
	expect(message).toMatchObject({
		kind: "Link",
		channel: "Email",
		to: "ann@example.com",
		linkId: 7,
		expiresAt: link.expiresAt,
		subject: "Ada Agent of Acme sent you a secure link",
	});
	for (const text of [message.text, message.html ?? ""]) {
		expect(text).toContain("Hello Ann,");
		expect(text).toContain(link.portalUrl);
		expect(text).toContain("The link works until Friday 27 November, 14:00 (UTC).");
		expect(text).toContain("you will be asked for a code");
		expect(text).toContain("If you do not know Ada Agent or Acme, you can ignore this message.");
	}
	expect(linkMessage({ ...link, requireOtp: false }).text).not.toContain("code");
	expect(linkMessage({ ...link, recipientName: "ann@example.com" }).text).toMatch(/^Hello,\n/);
	const again = newLinkMessage(link);
	expect(again.subject).toBe("Your new secure link from Acme");
	expect(again.text).toContain("If you did not ask for a new link");
	// Nothing from elsewhere, nothing that runs; the reader's own colours, so that dark mode stays dark.
	expect(message.html).not.toMatch(/<(img|script|link|iframe|object|form)\b|@import|url\(|\bon\w+=/i);
	expect(message.html).toContain('<meta name="color-scheme" content="light dark" />');
	expect(message.html).not.toMatch(/<body[^>]*background/);
});

it("lets no name start a header, a line or an element", () => {
	for (const message of [
		linkMessage({ ...link, tenantName: hostile, senderName: hostile, recipientName: hostile }),
		newLinkMessage({ ...link, tenantName: hostile, senderName: hostile, recipientName: hostile }),
		codeMessage({ ...code, channel: "Email", tenantName: hostile }),
	]) {
		expect(message.subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202e]/u);
		expect(message.html).not.toContain("<img");
		expect(message.html).not.toContain("\u202e");
		expect(message.text.split("\n").filter((line) => line.startsWith("Bcc"))).toEqual([]);
	}
	for (const message of [
		linkMessage({ ...link, channel: "Sms", tenantName: hostile, senderName: hostile }),
		codeMessage({ ...code, tenantName: hostile }),
	])
		expect(message.text.split("\n").filter((line) => line.startsWith("Bcc"))).toEqual([]);
	const long = linkMessage({ ...link, tenantName: "x".repeat(10_000), senderName: "" });
	expect(long.subject?.length).toBeLessThan(200);
	expect(linkMessage({ ...link, senderName: " \n" }).subject).toBe("Acme of Acme sent you a secure link");
});

it("writes a link as a text message", () => {
	const { text, subject, html } = linkMessage({ ...link, channel: "Sms", to: "+447400123456" });
	expect(text).toBe(
		`Acme: Ada Agent sent you a secure link: ${link.portalUrl}\nIt works until Friday 27 November, 14:00 (UTC).`,
	);
	expect([subject, html]).toEqual([undefined, undefined]);
	expect(newLinkMessage({ ...link, channel: "Sms" }).text).toMatch(/^Acme: your new secure link: https/);
});

it("writes a code as one text message that phones can fill in, whatever the tenant is called", () => {
	expect(codeMessage(code)).toEqual({
		kind: "Code",
		channel: "Sms",
		to: code.to,
		linkId: 7,
		expiresAt: code.expiresAt,
		text: "482913 is your code for Acme. It works for 10 minutes. Never share it.\n\n@portal.example.com #482913",
	});
	for (const tenantName of ["Café Žluťoučký & Søn", "x".repeat(500), "東京株式会社", "€".repeat(60), "", hostile]) {
		const { text } = codeMessage({ ...code, code: "12345678", tenantName });
		expect([tenantName, gsm.length(text)]).toEqual([tenantName, expect.toSatisfy((septets: number) => septets <= 160)]);
		expect(text.startsWith("12345678 is your code")).toBe(true);
		expect(text.endsWith("\n\n@portal.example.com #12345678")).toBe(true);
	}
	expect(codeMessage({ ...code, tenantName: "Café Žluťoučký" }).text).toContain("for Café Zlutoucký".replace("ý", "y"));
	expect(codeMessage({ ...code, expiresAt: now + 20_000 }).text).toContain("It works for 1 minute.");
});

it("writes a code as a mail", () => {
	const { subject, text, html } = codeMessage({ ...code, channel: "Email", to: "ann@example.com" });
	expect(subject).toBe("482913 is your code for Acme");
	expect(text).toMatch(/^Your code for Acme is 482913\n\nIt works for 10 minutes, once/);
	expect(html).toContain(">482913</p>");
});

it("says a time so that nobody mistakes it", () => {
	expect(expiryText(Date.UTC(2026, 10, 27, 14), now)).toBe("until Friday 27 November, 14:00 (UTC)");
	expect(expiryText(Date.UTC(2027, 0, 1, 0, 5), now)).toBe("until Friday 1 January 2027, 00:05 (UTC)");
});

it("shows a destination so that its owner knows it and nobody else does", () => {
	expect(mask("Email", "ann@example.com")).toBe("a•••@example.com");
	expect(mask("Email", '"a@b"@example.com')).toBe('"•••@example.com');
	expect(mask("Email", "😀x@example.com")).toBe("😀•••@example.com");
	expect(mask("Sms", "+447400123456")).toBe("•••• 3456");
	expect(oneLine("  a\t\n b  ", 10)).toBe("a b");
	expect(oneLine("😀".repeat(5), 3)).toBe("😀😀…");
});
