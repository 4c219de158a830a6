package dev.piecewise.gateway.responses;

import dev.piecewise.gateway.http.Relay;
import java.util.ArrayList;
import java.util.List;

/** All events of a response, in their order, kept for clients that read them later or again. Any thread may call. */
final class EventLog implements EventSink {
    private final List<Event> events = new ArrayList<>();
    private final List<Runnable> readers = new ArrayList<>();
    private int bytes;
    private boolean complete;

    /** Its number is its place in the log. */
    private record Event(String type, String json) {}

    @Override
    public synchronized void add(String type, CharSequence json) {
        if (complete) {
            return;
        }
        events.add(new Event(type, json.toString()));
        bytes += 64 + json.length();
        readers.forEach(Runnable::run);
    }

    /** Nothing more comes. */
    synchronized void complete() {
        complete = true;
        readers.forEach(Runnable::run);
    }

    /** Nothing of it is there any more, for those either who are reading. */
    synchronized void erase() {
        events.clear();
        bytes = 0;
        complete();
    }

    /** Bytes that it takes, roughly. */
    synchronized int bytes() {
        return bytes;
    }

    /** One client's reading. Closing it ends it. */
    final class Reader implements Relay.Source, AutoCloseable {
        private final EventSink client;
        private final int writeBytes;
        private Runnable ready = () -> {};
        private int next;

        private Reader(int first, EventSink client, int writeBytes) {
            next = first;
            this.client = client;
            this.writeBytes = writeBytes;
        }

        @Override
        public void whenReady(Runnable newReady) {
            synchronized (EventLog.this) {
                ready = newReady;
                readers.add(ready);
            }
        }

        @Override
        public Relay.Left write() {
            synchronized (EventLog.this) {
                while (next < events.size() && client.pending() < writeBytes) {
                    Event event = events.get(next++);
                    client.add(event.type(), event.json());
                }
                if (client.pending() > 0) {
                    client.flush();
                }
                return next < events.size() ? Relay.Left.MORE : complete ? Relay.Left.COMPLETE : Relay.Left.NOTHING;
            }
        }

        @Override
        public void close() {
            synchronized (EventLog.this) {
                readers.remove(ready);
            }
        }
    }

    /** Gives the client the events from this number on, up to about so many bytes at a time. */
    Reader read(int first, EventSink client, int writeBytes) {
        return new Reader(first, client, writeBytes);
    }
}
