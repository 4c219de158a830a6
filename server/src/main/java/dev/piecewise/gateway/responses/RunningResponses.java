package dev.piecewise.gateway.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.tenant.Caller;
import dev.piecewise.tenant.Tenant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The responses that are being streamed or made in the background, so that each can be ended by its id. Any thread may call. */
final class RunningResponses {
    private final Map<String, Run> runs = new ConcurrentHashMap<>();

    /** The current thread makes this response, until the run is closed. */
    Run begin(ResponseWriter writer, Caller caller) {
        Run run = new Run(writer, caller.tenant(), Thread.currentThread());
        runs.put(writer.id(), run);
        return run;
    }

    /** Another tenant's is as one that does not run. */
    Optional<Run> get(String id, Caller caller) {
        return Optional.ofNullable(runs.get(id)).filter(run -> run.tenant.equals(caller.tenant()));
    }

    /** Ends what is made in the background for this user, and lets nobody read it any more; how many these were. */
    int forget(String user) {
        int count = 0;
        for (Run run : runs.values()) {
            if (run.isBackground() && run.writer.user().equals(user)) {
                run.forget();
                count++;
            }
        }
        return count;
    }

    /** A response that is being made. */
    final class Run implements AutoCloseable {
        private final ResponseWriter writer;
        private final Tenant tenant;
        private final Thread thread;
        private final CompletableFuture<ObjectNode> end = new CompletableFuture<>();
        private boolean cancelled;
        private boolean over;

        private Run(ResponseWriter writer, Tenant tenant, Thread thread) {
            this.writer = writer;
            this.tenant = tenant;
            this.thread = thread;
        }

        /** Interrupts the thread that makes it. */
        synchronized void cancel() {
            if (!over && !cancelled) {
                cancelled = true;
                thread.interrupt();
            }
        }

        /** Ends it, and what there is of it cannot be read any more. */
        void forget() {
            runs.remove(writer.id());
            log().ifPresent(EventLog::erase);
            cancel();
        }

        synchronized boolean isCancelled() {
            return cancelled;
        }

        /** The response as it is now. */
        ObjectNode now() {
            return writer.response();
        }

        /** What was asked: a text or a list of items. */
        JsonNode asked() {
            return writer.asked();
        }

        /** Whether it is made in the background. */
        boolean isBackground() {
            return writer.isBackground();
        }

        /** Its events, where they are kept. */
        Optional<EventLog> log() {
            return writer.log();
        }

        /** What it has become in the end; nothing, where its client left. */
        CompletableFuture<ObjectNode> end() {
            return end;
        }

        /** It has ended so. */
        void became(ObjectNode response) {
            end.complete(response);
        }

        @Override
        public void close() {
            synchronized (this) {
                over = true;
                if (cancelled) {
                    // It may have come too late, and is not for what the thread does next.
                    Thread.interrupted();
                }
            }
            runs.remove(writer.id());
            end.cancel(false);
        }
    }
}
