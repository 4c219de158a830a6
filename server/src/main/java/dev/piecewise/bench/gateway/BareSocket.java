package dev.piecewise.bench.gateway;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** What a token's message costs with nothing but the system's calls: written to a socket and read at its other end, by one thread. The gateway's costs are counted in these. */
final class BareSocket {
    private static final int MESSAGE = 200;
    private static final int WARM_UP = 2_000;
    private static final int MESSAGES = 20_000;
    private static final int ROUNDS = 5;

    private BareSocket() {}

    /** Messages in a second of a processor, the best of several rounds. */
    static double perCpuSecond() throws IOException {
        try (ServerSocketChannel server =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel writer = SocketChannel.open(server.getLocalAddress());
                SocketChannel reader = server.accept()) {
            send(writer, reader, WARM_UP);
            double best = 0;
            for (int round = 0; round < ROUNDS; round++) {
                best = Math.max(best, send(writer, reader, MESSAGES));
            }
            return best;
        }
    }

    private static double send(SocketChannel writer, SocketChannel reader, int messages) throws IOException {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        ByteBuffer out = ByteBuffer.allocateDirect(MESSAGE);
        ByteBuffer in = ByteBuffer.allocateDirect(MESSAGE);
        long start = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < messages; i++) {
            for (out.clear(); out.hasRemaining(); ) {
                writer.write(out);
            }
            for (in.clear(); in.hasRemaining(); ) {
                if (reader.read(in) < 0) {
                    throw new IOException("a socket of this process was closed");
                }
            }
        }
        return messages / ((threads.getCurrentThreadCpuTime() - start) * 1e-9);
    }
}
