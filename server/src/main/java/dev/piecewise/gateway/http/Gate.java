package dev.piecewise.gateway.http;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.tenant.Access;
import dev.piecewise.tenant.Caller;
import dev.piecewise.tenant.Entrance;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Lets requests in: those of callers who may, up to a number at a time, until the server drains. Any thread may call. */
public final class Gate {
    /** Bodies of the largest size that may wait to be read at a time. */
    private static final int LARGEST_BODIES = 4;

    private final Entrance entrance;
    private final int most;
    private final Body.Budget bodies;
    private final Body.Budget uploads;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition empty = lock.newCondition();
    private int inside;
    private boolean shut;

    public Gate(HttpLimits limits, Entrance entrance) {
        this.entrance = entrance;
        most = limits.requests();
        bodies = new Body.Budget((long) LARGEST_BODIES * limits.bodyBytes());
        uploads = new Body.Budget(LARGEST_BODIES * limits.uploadBytes());
    }

    Body.Budget bodies() {
        return bodies;
    }

    /** On the disk. */
    Body.Budget uploads() {
        return uploads;
    }

    /** Who sends this request; UNAUTHORIZED or FORBIDDEN when they may not. */
    Caller admit(Access access, HttpServerRequest request) {
        Caller caller = entrance.admit(access, request.getHeader(HttpHeaders.AUTHORIZATION));
        if (caller.keyId().isEmpty() && access != Access.OPEN) {
            Origins.requireOwn(request);
        }
        return caller;
    }

    /** Throws UNAVAILABLE when shut, OVERLOADED when full; else {@link #leave} must follow. */
    void enter() {
        lock.lock();
        try {
            if (shut) {
                throw new ServingException(ErrorCode.UNAVAILABLE, "the server is shutting down");
            }
            if (inside >= most) {
                throw new ServingException(ErrorCode.OVERLOADED, "the server has %d requests already".formatted(most));
            }
            inside++;
        } finally {
            lock.unlock();
        }
    }

    void leave() {
        lock.lock();
        try {
            inside--;
            if (inside == 0) {
                empty.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    public boolean isShut() {
        lock.lock();
        try {
            return shut;
        } finally {
            lock.unlock();
        }
    }

    /** Lets nobody in from now on. */
    public void shut() {
        lock.lock();
        try {
            shut = true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until everybody has left, at most so long; whether they have. */
    public boolean awaitEmpty(Duration limit) throws InterruptedException {
        long nanos = limit.toNanos();
        lock.lockInterruptibly();
        try {
            while (inside > 0) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = empty.awaitNanos(nanos);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
