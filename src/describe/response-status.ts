import * as z from "zod";

const texts = z.record(z.string(), z.string());

const responseError = z
	.object({
		errorCode: z.string(),
		fieldName: z.string(),
		message: z.string(),
		meta: texts.optional(),
	})
	.meta({ dto: "ResponseError" });

/** What every error carries: `respondWithStatus` writes it. `stackTrace` is for the readers of ServiceStack's type; it is never sent. */
export const responseStatus = z
	.object({
		errorCode: z.string(),
		message: z.string(),
		stackTrace: z.string().optional(),
		errors: z.array(responseError),
		meta: texts.optional(),
	})
	.meta({ dto: "ResponseStatus" });
