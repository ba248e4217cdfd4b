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

/**
 * What every error carries: `respondWithStatus` writes it. A success has at most the message and the meta of it. `stackTrace` is for the
 * readers of ServiceStack's type; it is never sent.
 */
export const responseStatus = z
	.object({
		errorCode: z.string().optional(),
		message: z.string(),
		stackTrace: z.string().optional(),
		errors: z.array(responseError).optional(),
		meta: texts.optional(),
	})
	.meta({ dto: "ResponseStatus" });

/** The status of a success in the family that writes its nulls: null, or that there was nothing to change. */
export const successStatus = responseStatus.nullable();

export type SuccessStatus = z.infer<typeof successStatus>;
