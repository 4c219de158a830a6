package dev.piecewise.loadtest.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A client's side of a WebSocket, read by one thread at a time. The JDK's own WebSocket does not always say that a connection broke, and a request whose server died would wait
 * until its timeout.
 */
final class WebSocketConnection implements AutoCloseable {
    private static final int LARGEST_MESSAGE = 64 << 20;
    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;
    private static final int TEXT = 0x1;
    private static final int CLOSE = 0x8;
    private static final int PING = 0x9;
    private static final int PONG = 0xA;
    private static final int SHORT = 126;
    private static final int LONG = 127;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    /** Over a socket on which the handshake has been made. */
    WebSocketConnection(Socket socket) throws IOException {
        this.socket = socket;
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 14));
        out = socket.getOutputStream();
    }

    /** What is read later fails with SocketTimeoutException when nothing comes for so long. */
    void timeout(long millis) throws IOException {
        socket.setSoTimeout(Math.clamp(millis, 1, Integer.MAX_VALUE));
    }

    void send(String text) throws IOException {
        write(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    private void write(int opcode, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14).put((byte) (FINAL | opcode));
        if (payload.length < SHORT) {
            frame.put((byte) (MASKED | payload.length));
        } else if (payload.length < 1 << 16) {
            frame.put((byte) (MASKED | SHORT)).putShort((short) payload.length);
        } else {
            frame.put((byte) (MASKED | LONG)).putLong(payload.length);
        }
        byte[] mask = new byte[4];
        ThreadLocalRandom.current().nextBytes(mask);
        frame.put(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ mask[i & 3]));
        }
        out.write(frame.array(), 0, frame.position());
        out.flush();
    }

    /** The next message, whole. IOException when there comes none any more, with the server's reason if it gave one. */
    String receive() throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        while (true) {
            int head = in.readUnsignedByte();
            byte[] payload = in.readNBytes(length(in.readUnsignedByte(), message.size()));
            switch (head & 0xF) {
                case PING -> write(PONG, payload);
                case PONG -> {}
                case CLOSE -> throw new IOException("the WebSocket was closed with " + reason(payload));
                default -> {
                    message.writeBytes(payload);
                    if ((head & FINAL) != 0) {
                        return message.toString(StandardCharsets.UTF_8);
                    }
                }
            }
        }
    }

    private int length(int second, int before) throws IOException {
        int length = second & 0x7F;
        long bytes = length == SHORT ? in.readUnsignedShort() : length == LONG ? in.readLong() : length;
        if ((second & MASKED) != 0 || bytes < 0 || bytes + before > LARGEST_MESSAGE) {
            throw new IOException("a frame that no server may send");
        }
        return (int) bytes;
    }

    private static String reason(byte[] payload) {
        if (payload.length < 2) {
            return "no reason";
        }
        int status = ByteBuffer.wrap(payload).getShort() & 0xFFFF;
        return status + " " + new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException gone) {
            // so is the connection
        }
    }
}
