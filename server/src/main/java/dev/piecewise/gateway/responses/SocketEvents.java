package dev.piecewise.gateway.responses;

import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.Socket;
import java.util.ArrayList;
import java.util.List;

/** Events as messages of a WebSocket. */
final class SocketEvents implements EventSink {
    private final Socket socket;
    private List<String> waiting = new ArrayList<>();
    private int pending;

    SocketEvents(Socket socket) {
        this.socket = socket;
    }

    @Override
    public void add(String type, CharSequence json) {
        waiting.add(json.toString());
        pending += json.length();
    }

    @Override
    public int pending() {
        return pending;
    }

    @Override
    public void flush() {
        List<String> messages = waiting;
        waiting = new ArrayList<>();
        pending = 0;
        socket.post(messages);
    }

    @Override
    public void settle() throws InterruptedException, ClientGoneException {
        socket.settle();
    }
}
