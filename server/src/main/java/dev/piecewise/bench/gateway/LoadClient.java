package dev.piecewise.bench.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Many connections of one thread: each asks for tokens, counts what comes, and asks again. */
final class LoadClient implements AutoCloseable {
    private static final int BUFFER = 1 << 20;

    private final Protocol protocol;
    private final int tokens;
    private final Selector selector;
    private final List<Connection> connections = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private long received;

    /** Opens so many connections; every answer is to have so many tokens. */
    LoadClient(Protocol protocol, int port, int count, int tokens) throws IOException {
        this.protocol = protocol;
        this.tokens = tokens;
        selector = Selector.open();
        for (int i = 0; i < count; i++) {
            connections.add(new Connection(port, i));
        }
    }

    int size() {
        return connections.size();
    }

    /** Told of every token: of which connection, which one of its answer, when. */
    @FunctionalInterface
    interface Listener {
        void token(int connection, int index, long nanos);

        Listener NONE = (connection, index, nanos) -> {};
    }

    private final class Connection {
        final int number;
        final SocketChannel channel;
        final EventCounter counter = protocol.counter();
        /** Events of the answer that runs. */
        int events;

        Connection(int port, int number) throws IOException {
            this.number = number;
            channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            handshake(protocol.opening());
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, this);
        }

        /** Waits for the end of the answer's head: nothing may be sent before. */
        private void handshake(ByteBuffer opening) throws IOException {
            boolean none = !opening.hasRemaining();
            write(opening);
            ByteBuffer one = ByteBuffer.allocate(1);
            for (int matched = none ? 4 : 0; matched < 4; one.clear()) {
                if (channel.read(one) < 0) {
                    throw new IOException("the server refused a WebSocket");
                }
                matched = one.get(0) == "\r\n\r\n".charAt(matched) ? matched + 1 : 0;
            }
        }

        void ask() throws IOException {
            events = 0;
            write(protocol.request(tokens, number));
        }

        private void write(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }

        /** Whether an answer ended. */
        boolean read(Listener listener) throws IOException {
            buffer.clear();
            if (channel.read(buffer) < 0) {
                throw new IOException(
                        "the server closed a connection of %s after %d events".formatted(protocol, events));
            }
            int more = counter.count(buffer.flip());
            long now = System.nanoTime();
            for (int i = 0; i < more; i++) {
                int index = events + i - protocol.before();
                if (index >= 0 && index < tokens) {
                    received++;
                    listener.token(number, index, now);
                }
            }
            events += more;
            return more > 0 && events == protocol.events(tokens);
        }
    }

    /** Asks on every connection, and again whenever an answer has ended, for so long; how many tokens came. */
    long run(long nanos) throws IOException {
        for (Connection connection : connections) {
            connection.ask();
        }
        received = 0;
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() < end) {
            read(Listener.NONE);
        }
        return received;
    }

    /** Begins on one connection after the other, evenly over {@code begin}, asks again whenever an answer has ended, and tells of the tokens that come in {@code nanos} after that. */
    void run(long begin, long nanos, Listener listener) throws IOException {
        long start = System.nanoTime();
        for (int i = 0; i < connections.size(); i++) {
            while (System.nanoTime() < start + begin * i / connections.size()) {
                read(Listener.NONE);
            }
            connections.get(i).ask();
        }
        long end = start + begin + nanos;
        while (System.nanoTime() < end) {
            read(System.nanoTime() < start + begin ? Listener.NONE : listener);
        }
    }

    private void read(Listener listener) throws IOException {
        selector.select(1);
        for (SelectionKey key : selector.selectedKeys()) {
            if (key.attachment() instanceof Connection connection && connection.read(listener)) {
                connection.ask();
            }
        }
        selector.selectedKeys().clear();
    }

    @Override
    public void close() throws IOException {
        for (Connection connection : connections) {
            connection.channel.close();
        }
        selector.close();
    }
}
