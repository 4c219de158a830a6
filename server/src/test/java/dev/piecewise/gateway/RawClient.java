package dev.piecewise.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A connection on which a test decides when to write, when to read and when to leave. */
final class RawClient implements AutoCloseable {
    private final Socket socket = new Socket();
    private final StringBuilder unread = new StringBuilder();

    /** With a receive buffer of fixed size, so that little is on its way while the client does not read. */
    RawClient(int port) throws IOException {
        socket.setReceiveBufferSize(64 << 10);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
        socket.setSoTimeout(10_000);
    }

    void write(String text) throws IOException {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void post(String path, String body) throws IOException {
        write("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(path, body.getBytes(StandardCharsets.UTF_8).length, body));
    }

    /** Reads until the text has come, and returns everything up to its end. */
    String readUntil(String text) throws IOException {
        byte[] buffer = new byte[8192];
        int from = 0;
        int at;
        while ((at = unread.indexOf(text, from)) < 0) {
            from = Math.max(0, unread.length() - text.length());
            int count = socket.getInputStream().read(buffer);
            if (count < 0) {
                throw new IOException("closed after: " + unread);
            }
            unread.append(new String(buffer, 0, count, StandardCharsets.UTF_8));
        }
        String read = unread.substring(0, at + text.length());
        unread.delete(0, at + text.length());
        return read;
    }

    /** Whether there is something to read. */
    boolean hasAnswer() {
        try {
            return socket.getInputStream().available() > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads until the server closes the connection. */
    String readAll() throws IOException {
        return unread + new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** The code of the frame that closes a WebSocket, where nothing else is to be read. */
    int readClose() throws IOException {
        byte[] frame = socket.getInputStream().readAllBytes();
        if (frame.length < 4 || frame[0] != (byte) 0x88) {
            throw new IOException("no frame that closes: " + new String(frame, StandardCharsets.ISO_8859_1));
        }
        return ((frame[2] & 0xFF) << 8) | (frame[3] & 0xFF);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
