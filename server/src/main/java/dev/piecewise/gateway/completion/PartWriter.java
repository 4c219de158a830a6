package dev.piecewise.gateway.completion;

import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.Relay;
import java.util.OptionalInt;

/** Writes a completion while it is made, in the form of one endpoint. Confined to one thread at a time. */
public interface PartWriter {
    /** Takes the next part of a choice. */
    void part(int index, Choice.Part part);

    /** Takes the end of a completion that went well. */
    void end(Usage total);

    /** Bytes that wait to be written. */
    int pending();

    /** Hands what waits to the client's connection, without waiting. */
    void flush();

    /**
     * Writes a completion to its end, on the event loop, while the request's thread waits. What is there already goes out together, up to {@code writeBytes} at a
     * time; what gives no text waits for the next token.
     */
    default void write(Completion completion, int writeBytes, Relay relay)
            throws InterruptedException, ClientGoneException {
        relay.run(new Relay.Source() {
            @Override
            public void whenReady(Runnable ready) {
                completion.whenReady(ready);
            }

            @Override
            public Relay.Left write() {
                return takeSome(completion, writeBytes);
            }
        });
    }

    /** Takes a completion to its end on the current thread, which waits for each of its parts. */
    default void writeAll(Completion completion) throws InterruptedException {
        while (!completion.isFinished()) {
            take(completion, completion.advance());
        }
        end(completion.usage());
    }

    /** Takes a completion that has ended, as a whole. */
    default void writeWhole(Completion completion) {
        for (int i = 0; i < completion.choices().size(); i++) {
            take(completion, i);
        }
        end(completion.usage());
    }

    private Relay.Left takeSome(Completion completion, int writeBytes) {
        OptionalInt more = OptionalInt.empty();
        while (pending() < writeBytes && !completion.isFinished()) {
            more = completion.advanceNow();
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
        return completion.isFinished() ? Relay.Left.COMPLETE : more.isPresent() ? Relay.Left.MORE : Relay.Left.NOTHING;
    }

    private void take(Completion completion, int index) {
        Choice choice = completion.choices().get(index);
        if (choice.hasPart()) {
            part(index, choice.part());
        }
    }
}
