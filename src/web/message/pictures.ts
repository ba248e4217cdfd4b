/**
 * Pictures as the visitor dialect has them: base64 without a prefix in a message of type IMAGE. They are drawn on a canvas, which no policy
 * of the page forbids, and which runs nothing that a file may have brought along.
 */
export const PICTURE = "IMAGE";

/** The beginnings, in base64, of the formats that every browser draws. SVG is none of them: it may hold scripts. */
const signatures: Record<string, string> = {
	iVBORw0KGgo: "image/png",
	"/9j/": "image/jpeg",
	R0lGOD: "image/gif",
	UklGR: "image/webp",
};
/** What a message holds at most. */
const MOST_BASE64 = 1024 * 1024;
const LARGEST_FILE = 50 * 1024 * 1024;
/** Sides in pixels, tried from the best on, and the quality of JPEG. */
const attempts: readonly (readonly [number, number])[] = [
	[1600, 0.85],
	[1280, 0.75],
	[960, 0.65],
];

/** True when a message is a picture to be drawn, and not its source to be read. */
export function isPicture(messageType: string, body: string): boolean {
	return messageType.toUpperCase() === PICTURE && typeOf(withoutPrefix(body)) !== undefined;
}

/** How a message reads where there is one line for it. */
export function inALine(
	{ isDeleted, messageType, body }: { isDeleted: boolean; messageType: string; body: string | null },
	length: number,
): string {
	if (isDeleted) return "Message deleted";
	return isPicture(messageType, body ?? "") ? "Picture" : (body ?? "").slice(0, length);
}

/** The file that a message carries; undefined when it is none. */
export function fileOf(body: string): Blob | undefined {
	const base64 = withoutPrefix(body);
	const type = typeOf(base64);
	if (type === undefined) return undefined;
	try {
		return new Blob([Uint8Array.from(atob(base64), (character) => character.codePointAt(0) ?? 0)], { type });
	} catch {
		return undefined;
	}
}

/**
 * A file as a message carries it: drawn anew, so that it fits and keeps nothing of where and by what it was taken. Undefined when it is no
 * picture, or one that cannot be made to fit.
 */
export async function bodyOf(file: Blob): Promise<string | undefined> {
	if (file.size > LARGEST_FILE) return undefined;
	let bitmap: ImageBitmap;
	try {
		bitmap = await createImageBitmap(file);
	} catch {
		return undefined;
	}
	// Screenshots stay sharp where they fit as they are.
	const types = file.type === "image/png" ? ["image/png", "image/jpeg"] : ["image/jpeg"];
	for (const type of types)
		for (const [side, quality] of attempts) {
			const body = withoutPrefix(drawn(bitmap, side, type === "image/jpeg").toDataURL(type, quality));
			if (body.length <= MOST_BASE64) return body;
		}
	return undefined;
}

function drawn(bitmap: ImageBitmap, side: number, isOpaque: boolean): HTMLCanvasElement {
	const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
	const canvas = document.createElement("canvas");
	canvas.width = Math.max(1, Math.round(bitmap.width * scale));
	canvas.height = Math.max(1, Math.round(bitmap.height * scale));
	const pen = canvas.getContext("2d");
	if (pen && isOpaque) {
		// JPEG has no transparency; it would become black.
		pen.fillStyle = "#fff";
		pen.fillRect(0, 0, canvas.width, canvas.height);
	}
	pen?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
	return canvas;
}

function withoutPrefix(body: string): string {
	return body.replace(/^data:[\w/+.-]+;base64,/, "");
}

function typeOf(base64: string): string | undefined {
	const signature = Object.keys(signatures).find((start) => base64.startsWith(start));
	return signature === undefined ? undefined : signatures[signature];
}
