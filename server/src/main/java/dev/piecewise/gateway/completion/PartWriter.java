package dev.piecewise.gateway.completion;

import dev.piecewise.gateway.http.ClientGoneException;
import java.util.OptionalInt;

/** Writes a completion while it is made, in the form of one endpoint. Confined to the request's thread. */
public interface PartWriter {
    /** Takes the next part of a choice. */
    void part(int index, Choice.Part part);

    /** Takes the end of a completion that went well. */
    void end(Usage total);

    /** Bytes that wait to be written. */
    int pending();

    /** Writes what waits, and waits until the client's connection has taken it: that is the back-pressure. */
    void flush() throws InterruptedException, ClientGoneException;

    /** Writes a completion to its end. What is there already goes out together, up to {@code writeBytes} at a time; what gives no text waits for the next token. */
    default void write(Completion completion, int writeBytes) throws InterruptedException, ClientGoneException {
        while (!completion.isFinished()) {
            take(completion, completion.advance());
            while (!completion.isFinished() && pending() < writeBytes) {
                OptionalInt more = completion.advanceNow();
                if (more.isEmpty()) {
                    break;
                }
                take(completion, more.getAsInt());
            }
            if (completion.isFinished()) {
                end(completion.usage());
            }
            if (pending() > 0) {
                flush();
            }
        }
    }

    private void take(Completion completion, int index) {
        Choice choice = completion.choices().get(index);
        if (choice.hasPart()) {
            part(index, choice.part());
        }
    }
}
