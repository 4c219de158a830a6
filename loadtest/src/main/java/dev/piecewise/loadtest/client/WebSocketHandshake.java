package dev.piecewise.loadtest.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Opens WebSockets. */
final class WebSocketHandshake {
    private static final int LONGEST_HEAD = 1 << 16;

    private WebSocketHandshake() {}

    /** The server answered with another status than 101. */
    static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1;

        private final int status;

        RefusedException(int status) {
            super("the WebSocket was refused");
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /** A connection to {@code ws:} or {@code wss:}; RefusedException where the server does not want to. */
    static WebSocketConnection open(URI uri, Optional<String> bearer, int timeoutMillis) throws IOException {
        Socket socket = connect(uri, timeoutMillis);
        try {
            socket.setSoTimeout(timeoutMillis);
            socket.getOutputStream().write(request(uri, bearer).getBytes(StandardCharsets.US_ASCII));
            String[] status = head(socket.getInputStream()).split(" ", 3);
            if (status.length < 2 || !status[1].matches("\\d{3}")) {
                throw new IOException("no HTTP answer to the WebSocket");
            }
            if (!status[1].equals("101")) {
                throw new RefusedException(Integer.parseInt(status[1]));
            }
            return new WebSocketConnection(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static Socket connect(URI uri, int timeoutMillis) throws IOException {
        boolean secure = "wss".equals(uri.getScheme());
        int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(uri.getHost(), port), timeoutMillis);
            return secure ? secured(socket, uri.getHost(), port) : socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static Socket secured(Socket socket, String host, int port) throws IOException {
        SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        SSLSocket secure = (SSLSocket) factory.createSocket(socket, host, port, true);
        SSLParameters parameters = secure.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secure.setSSLParameters(parameters);
        secure.startHandshake();
        return secure;
    }

    private static String request(URI uri, Optional<String> bearer) {
        byte[] nonce = new byte[16];
        ThreadLocalRandom.current().nextBytes(nonce);
        return String.join(
                "\r\n",
                "GET %s HTTP/1.1".formatted(uri.getRawPath()),
                "Host: " + uri.getRawAuthority(),
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: " + Base64.getEncoder().encodeToString(nonce),
                bearer.map(key -> "Authorization: Bearer " + key + "\r\n").orElse("") + "\r\n");
    }

    /** The answer's head, byte by byte: what follows it are frames. */
    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        String end = "\r\n\r\n";
        for (int matched = 0; matched < end.length(); ) {
            int one = in.read();
            if (one < 0 || head.size() > LONGEST_HEAD) {
                throw new IOException("the connection was closed instead of answered");
            }
            head.write(one);
            matched = one == end.charAt(matched) ? matched + 1 : one == '\r' ? 1 : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }
}
