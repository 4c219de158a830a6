package dev.piecewise.gateway.http;

import io.vertx.core.streams.WriteStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One answer on its way from the engine to a client. While the request's thread waits for the end in {@link #run}, the source is asked on the connection's event
 * loop, whenever it may have something and the client has read enough of what was written before.
 */
public final class Relay {
    private final Turns turns;
    private final WriteStream<?> connection;
    private final Runnable close;
    private final Duration patience;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final AtomicBoolean asked = new AtomicBoolean();
    /** When the turn that comes next was asked for. */
    private volatile long since = System.nanoTime();

    private Source source = Source.NONE;
    private boolean blocked;
    private boolean stopped;

    /** {@code close} closes the connection of a client that read nothing for as long as {@code patience}. */
    Relay(Turns turns, WriteStream<?> connection, Runnable close, Duration patience) {
        this.turns = turns;
        this.connection = connection;
        this.close = close;
        this.patience = patience;
    }

    /** What an answer is made of. */
    public interface Source {
        Source NONE = new Source() {
            @Override
            public void whenReady(Runnable ready) {}

            @Override
            public Left write() {
                return Left.NOTHING;
            }
        };

        /** Calls {@code ready}, which is quick, from now on whenever there may be something to write; on any thread. */
        void whenReady(Runnable ready);

        /** Hands some of what there is to the connection, without waiting. On the event loop; what it throws ends the answer. */
        Left write();
    }

    /** What a turn has left. */
    public enum Left {
        /** There may be more at once. */
        MORE,
        /** There is nothing more for now. */
        NOTHING,
        /** The answer is complete. */
        COMPLETE
    }

    /** Waits until the source's answer is complete, and throws what it throws. When the thread is interrupted the source gets no more turns. Called once. */
    public void run(Source answer) throws InterruptedException, ClientGoneException {
        synchronized (this) {
            source = answer;
        }
        answer.whenReady(this::ask);
        ask();
        try {
            end.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case ClientGoneException gone -> throw gone;
                case RuntimeException failure -> throw failure;
                case Error fault -> throw fault;
                case null, default -> throw new IllegalStateException(e);
            }
        } finally {
            stop();
        }
    }

    private synchronized void stop() {
        stopped = true;
    }

    private void ask() {
        if (asked.compareAndSet(false, true)) {
            since = System.nanoTime();
            turns.ask(this);
        }
    }

    /** Writes what there is, if the client reads. On the event loop. */
    synchronized Left turn() {
        long askedFor = since;
        asked.set(false);
        if (stopped || blocked || isFull()) {
            return Left.NOTHING;
        }
        try {
            Left left = source.write();
            turns.written(askedFor);
            switch (left) {
                case MORE -> ask();
                case NOTHING -> {}
                case COMPLETE -> {
                    stopped = true;
                    end.complete(null);
                }
            }
            return left;
        } catch (RuntimeException | Error failure) {
            fail(failure);
            return Left.COMPLETE;
        }
    }

    /** Whether nothing can be written now; then it goes on when the client has read. */
    private boolean isFull() {
        try {
            boolean full = connection.writeQueueFull();
            if (full) {
                block();
            }
            return full;
        } catch (IllegalStateException closed) {
            fail(new ClientGoneException());
            return true;
        }
    }

    /** Goes on when the client has read; its connection is closed when it does not. */
    private void block() {
        blocked = true;
        long timer = turns.loop().owner().setTimer(patience.toMillis(), now -> giveUp());
        connection.drainHandler(drained -> {
            turns.loop().owner().cancelTimer(timer);
            unblock();
        });
    }

    private synchronized void giveUp() {
        if (blocked && !stopped) {
            close.run();
            fail(new ClientGoneException());
        }
    }

    private synchronized void unblock() {
        blocked = false;
        ask();
    }

    private void fail(Throwable failure) {
        stopped = true;
        end.completeExceptionally(failure);
    }
}
