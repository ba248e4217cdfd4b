import { Hono, type Context } from "hono";
import { requires } from "../auth/authenticate.ts";
import { Failure, failureOf, logBug, respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { valid } from "../http/validate.ts";
import { exportCustomers } from "./export.ts";
import { importCustomers, type LineReport } from "./import.ts";
import { customers as described } from "./operations.ts";
import { visitOf } from "./routes.ts";
import * as schema from "./schema.ts";

/** What files are sent as. */
const FORMATS: Record<string, "csv" | "jsonl"> = {
	"text/csv": "csv",
	"application/csv": "csv",
	"text/jsonl": "jsonl",
	"application/jsonl": "jsonl",
	"application/x-ndjson": "jsonl",
};

/** The directory in and out as files, of any length: neither the file nor the answer is ever held. */
export const customerStreams = new Hono<FoyerEnv>()
	.post("/customers/import", described.import, requires("customers:write"), async (c) => {
		const format = formatOf(c.req.raw.headers);
		const own = await visitOf(c);
		const body = c.req.raw.body ?? new ReadableStream({ start: (controller) => controller.close() });
		const whyBroken = (error: Error) => {
			logBug(error, c);
			return failureOf(error, c.get("requestId"));
		};
		return answer(c, reportOf(importCustomers(own, body, format), whyBroken), "application/json");
	})
	.get(
		"/customers.csv",
		described.export,
		requires("customers:read"),
		valid("query", schema.exportQuery),
		async (c) => {
			const query = c.req.valid("query");
			const own = await visitOf(c);
			const file = answer(c, exportCustomers(own, query), "text/csv; charset=utf-8");
			file.headers.set("Content-Disposition", "attachment;filename=customers.csv");
			return file;
		},
	);

customerStreams.onError(respondWithStatus);

/** What a file is read as. One that would be read wrongly is refused: nothing of it would be an error, and every name another. */
function formatOf(headers: Headers): "csv" | "jsonl" {
	const type = headers.get("Content-Type") ?? "";
	const format = FORMATS[type.split(";", 1)[0]?.trim().toLowerCase() ?? ""];
	if (!format) throw new Failure("UnsupportedMediaType", "Send text/csv or text/jsonl.");
	const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(type)?.[1] ?? "utf-8";
	if (!/^(utf-?8|us-ascii)$/i.test(charset)) throw new Failure("UnsupportedMediaType", "Send the file in UTF-8.");
	const coding = headers.get("Content-Encoding")?.trim() || "identity";
	if (coding.toLowerCase() !== "identity")
		throw new Failure("UnsupportedMediaType", "Send the file as it is, without a Content-Encoding.", {
			headers: { "Accept-Encoding": "identity" },
		});
	return format;
}

/**
 * One JSON object, written as its lines become known. Its status is sent long before its end, so that what breaks an import off is said at the
 * end of the report, and not by an answer that is no JSON.
 */
async function* reportOf(
	batches: AsyncGenerator<LineReport[]>,
	whyBroken: (error: Error) => Failure,
): AsyncGenerator<string> {
	let [imported, failed] = [0, 0];
	let end = "";
	yield '{"lines":[';
	try {
		for await (const batch of batches) {
			if (batch.length === 0) continue;
			yield `${imported + failed > 0 ? ",\n" : "\n"}${batch.map((line) => JSON.stringify(line)).join(",\n")}`;
			for (const line of batch) {
				if ("id" in line) imported += 1;
				else failed += 1;
			}
		}
	} catch (error) {
		if (!(error instanceof Error)) throw error;
		const { code, message } = whyBroken(error);
		const status = {
			errorCode: code,
			message: `${message} Send the lines again that are not in this report.`,
			errors: [],
		};
		end = `,"responseStatus":${JSON.stringify(status)}`;
	}
	yield `\n],"imported":${imported},"failed":${failed}${end}}`;
}

/** What breaks a file off ends the connection: a caller must not take a part for the whole. */
function answer(c: Context<FoyerEnv>, pieces: AsyncGenerator<string>, type: string): Response {
	const encoder = new TextEncoder();
	const stream = new ReadableStream<Uint8Array>({
		async pull(controller) {
			try {
				const { value, done } = await pieces.next();
				if (done) controller.close();
				else controller.enqueue(encoder.encode(value));
			} catch (error) {
				logBug(error as Error, c);
				throw error;
			}
		},
		async cancel() {
			await pieces.return(undefined);
		},
	});
	return new Response(stream, { headers: { "Content-Type": type } });
}
