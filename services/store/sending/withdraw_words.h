/* The words of withdrawals: all that ever leaves with one, and why its mapping ended. */
#ifndef STORE_WITHDRAW_WORDS_H
#define STORE_WITHDRAW_WORDS_H

#define WITHDRAWN_TITLE "Retracted"
#define WITHDRAWN_BODY "This ticket was retracted."
#define WITHDRAWN_BY_UNDO "closed there: the session that made it was undone"
#define WITHDRAWN_BY_RETRACTION "retracted"

#endif
