package dev.piecewise.bench.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A server that does nothing but write: whatever is sent to it asks for the same events, one for each step. What its tokens need to reach a client is what this
 * machine needs for its system calls and for waking threads.
 */
final class BareServer implements Steps, AutoCloseable {
    private static final byte[] EVENT = ("data: " + "x".repeat(220) + "\n\n").getBytes(StandardCharsets.US_ASCII);

    private final ServerSocketChannel listening;
    private final List<Answer> answers = new ArrayList<>();
    private final List<Writer> writers = new ArrayList<>();

    /** For so many connections, written to by so many threads; every answer has so many tokens. */
    BareServer(int connections, int threads, int tokens) throws IOException {
        listening = ServerSocketChannel.open();
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), connections);
        for (int i = 0; i < connections; i++) {
            answers.add(new Answer(tokens));
        }
        for (int i = 0; i < threads; i++) {
            writers.add(new Writer(i, threads));
        }
    }

    int port() throws IOException {
        return ((InetSocketAddress) listening.getLocalAddress()).getPort();
    }

    /** Takes the connections, which were opened already, in their order, and begins to answer. */
    void begin() throws IOException {
        for (Answer answer : answers) {
            answer.begin(listening.accept());
        }
        writers.forEach(writer -> writer.thread.start());
    }

    /** What one connection is sent. Confined to its writer, but for the times. */
    private static final class Answer {
        final long[] due;
        private final ByteBuffer asked = ByteBuffer.allocateDirect(4096);
        private final ByteBuffer event = ByteBuffer.allocateDirect(EVENT.length).put(EVENT);
        private @Nullable SocketChannel channel;
        /** Events of the answer so far; less than 0 while nothing is asked. */
        private int events = -1;

        Answer(int tokens) {
            due = new long[tokens];
        }

        void begin(SocketChannel accepted) throws IOException {
            accepted.configureBlocking(false);
            accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel = accepted;
        }

        void step(long now) throws IOException {
            SocketChannel open = Objects.requireNonNull(channel);
            if (events < 0 && open.read(asked.clear()) > 0) {
                events = 0;
                Arrays.fill(due, 0);
                write(open);
            } else if (events > 0) {
                due[events - 1] = now;
                write(open);
                if (events > due.length) {
                    write(open);
                    write(open);
                    events = -1;
                }
            }
        }

        private void write(SocketChannel open) throws IOException {
            event.flip();
            while (event.hasRemaining()) {
                open.write(event);
            }
            events++;
        }

        void close() throws IOException {
            if (channel != null) {
                channel.close();
            }
        }
    }

    /** A step and its time. */
    private record Step(int part, int parts, long nanos) {
        boolean isFor(int connection) {
            return connection / parts % parts == part;
        }
    }

    /** Writes to every so-manyth connection. */
    private final class Writer implements Runnable {
        final Thread thread = Thread.ofPlatform().daemon().unstarted(this);
        private final Queue<Step> steps = new ConcurrentLinkedQueue<>();
        private final int first;
        private final int every;

        Writer(int first, int every) {
            this.first = first;
            this.every = every;
        }

        void step(Step step) {
            steps.add(step);
            LockSupport.unpark(thread);
        }

        @Override
        public void run() {
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    Step step = steps.poll();
                    if (step == null) {
                        LockSupport.park(this);
                    } else {
                        write(step);
                    }
                }
            } catch (IOException gone) {
                // The client has measured enough.
            }
        }

        private void write(Step step) throws IOException {
            for (int i = first; i < answers.size(); i += every) {
                if (step.isFor(i)) {
                    answers.get(i).step(step.nanos());
                }
            }
        }
    }

    @Override
    public void step(int part, int parts) {
        Step step = new Step(part, parts, System.nanoTime());
        writers.forEach(writer -> writer.step(step));
    }

    @Override
    public long[] dueTimes(long connection) {
        return answers.get((int) connection).due;
    }

    @Override
    public void close() throws IOException {
        writers.forEach(writer -> writer.thread.interrupt());
        for (Answer answer : answers) {
            answer.close();
        }
        listening.close();
    }
}
