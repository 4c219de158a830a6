package dev.piecewise.engine;

import java.util.concurrent.CompletableFuture;

/** What other threads want from the engine's. */
sealed interface Message {
    record Submit(Sequence sequence) implements Message {}

    record Cancel(Sequence sequence) implements Message {}

    /** Drop what is kept of a user's tokens; answered with the number of KV places that were freed. */
    record Forget(String user, CompletableFuture<Engine.Forgotten> dropped) implements Message {}

    /** Keep nothing of what was withdrawn; answered when that holds for all that does not run. */
    record Withdraw(Engine.Withdrawal withdrawal, CompletableFuture<Message> dropped) implements Message {}

    /** Check the books; answered when they are right, or with what is wrong. */
    record Audit(CompletableFuture<Message> sound) implements Message {}

    /** What a sequence waited for is there. */
    record Wake() implements Message {}

    /** Fail all sequences. */
    record Abandon() implements Message {}

    /** Fail all sequences and end. Nothing follows. */
    record Close() implements Message {}
}
