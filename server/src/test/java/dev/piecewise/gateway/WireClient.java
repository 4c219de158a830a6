package dev.piecewise.gateway;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Sends bytes that are HTTP or nearly, and reads one answer to them; the connection is used again where both sides keep to the rules. */
final class WireClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;

    private final int port;
    private @Nullable Socket socket;
    private InputStream in = InputStream.nullInputStream();

    WireClient(int port) {
        this.port = port;
    }

    /** Header names are in lower case; several of one name are joined with commas. */
    record Answer(int status, Map<String, String> headers, String body) {}

    /** {@code method}: to HEAD there is no body. A broken connection is tried once more, since the server may have closed an old one. */
    Answer send(String method, byte[] request, boolean alone) throws IOException {
        if (alone) {
            close();
        }
        boolean fresh = socket == null;
        try {
            return exchange(method, request, alone);
        } catch (IOException broken) {
            close();
            if (fresh) {
                throw broken;
            }
            return exchange(method, request, alone);
        }
    }

    private Answer exchange(String method, byte[] request, boolean alone) throws IOException {
        Socket open = socket == null ? connect() : socket;
        open.getOutputStream().write(request);
        open.getOutputStream().flush();
        Answer answer = read(method);
        if (alone || "close".equals(answer.headers().get("connection"))) {
            close();
        }
        return answer;
    }

    private Socket connect() throws IOException {
        Socket opened = new Socket();
        opened.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        opened.setSoTimeout(PATIENCE_MILLIS);
        opened.setTcpNoDelay(true);
        in = new BufferedInputStream(opened.getInputStream());
        socket = opened;
        return opened;
    }

    private Answer read(String method) throws IOException {
        String line = line();
        while (line.startsWith("HTTP/1.1 100")) {
            line();
            line = line();
        }
        int status = Integer.parseInt(line.split(" ", 3)[1]);
        Map<String, String> headers = new TreeMap<>();
        for (String header = line(); !header.isEmpty(); header = line()) {
            String[] parts = header.split(":", 2);
            headers.merge(parts[0].toLowerCase(Locale.ROOT), parts[1].strip(), (one, other) -> one + "," + other);
        }
        boolean none = method.equals("HEAD") || status == 304 || status == 101;
        return new Answer(status, headers, none ? "" : body(headers));
    }

    private String body(Map<String, String> headers) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        String length = headers.get("content-length");
        if (length != null) {
            body.write(exactly(Integer.parseInt(length)));
        } else if ("chunked".equals(headers.get("transfer-encoding"))) {
            for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
                body.write(exactly(size));
                line();
            }
            line();
        } else {
            body.write(in.readAllBytes());
        }
        return body.toString(StandardCharsets.UTF_8);
    }

    private byte[] exactly(int bytes) throws IOException {
        byte[] read = in.readNBytes(bytes);
        if (read.length < bytes) {
            throw new EOFException("the answer ends in its middle");
        }
        return read;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("closed after: " + line);
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).strip();
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
