/** A screen of the list, which is asked for before anything else: the whole list takes longer, and its first page comes with it again. */
const FIRST = 20;

export const FIRST_CHATS = `/v1/Chat?withLastMessage=true&isArchived=false&take=${FIRST}`;
