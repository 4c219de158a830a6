package dev.piecewise.adapter;

/** Eigenvalues and eigenvectors of a small symmetric matrix, by cyclic Jacobi rotations (Golub and Van Loan, 8.5): slow for large matrices, exact to the last digits for all. */
final class SymmetricEigen {
    private static final int MAX_SWEEPS = 60;

    private final int n;
    private final double[][] matrix;
    private final double[][] vectors;

    private SymmetricEigen(double[][] matrix) {
        this.n = matrix.length;
        this.matrix = new double[n][];
        this.vectors = new double[n][n];
        for (int i = 0; i < n; i++) {
            this.matrix[i] = matrix[i].clone();
            vectors[i][i] = 1;
        }
    }

    static SymmetricEigen of(double[][] symmetric) {
        SymmetricEigen eigen = new SymmetricEigen(symmetric);
        for (int sweep = 0; sweep < MAX_SWEEPS && !eigen.isDiagonal(); sweep++) {
            eigen.sweep();
        }
        return eigen;
    }

    double value(int i) {
        return matrix[i][i];
    }

    /** Entry {@code row} of the eigenvector number {@code i}, which has length 1. */
    double vector(int row, int i) {
        return vectors[row][i];
    }

    /** The number of the largest eigenvalue. */
    int largest() {
        int largest = 0;
        for (int i = 1; i < n; i++) {
            largest = value(i) > value(largest) ? i : largest;
        }
        return largest;
    }

    private boolean isDiagonal() {
        double off = 0;
        double diagonal = 0;
        for (int i = 0; i < n; i++) {
            diagonal += matrix[i][i] * matrix[i][i];
            for (int j = 0; j < i; j++) {
                off += matrix[i][j] * matrix[i][j];
            }
        }
        return off <= 1e-32 * diagonal;
    }

    private void sweep() {
        for (int p = 0; p < n; p++) {
            for (int q = p + 1; q < n; q++) {
                if (matrix[p][q] != 0) {
                    rotate(p, q);
                }
            }
        }
    }

    /** Turns the plane of p and q so that their common entry vanishes. */
    private void rotate(int p, int q) {
        double ratio = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q]);
        double tangent = Math.copySign(1, ratio) / (Math.abs(ratio) + Math.hypot(1, ratio));
        double cosine = 1 / Math.hypot(1, tangent);
        double sine = tangent * cosine;
        for (int k = 0; k < n; k++) {
            double kp = matrix[k][p];
            double kq = matrix[k][q];
            matrix[k][p] = cosine * kp - sine * kq;
            matrix[k][q] = sine * kp + cosine * kq;
        }
        for (int k = 0; k < n; k++) {
            double pk = matrix[p][k];
            double qk = matrix[q][k];
            matrix[p][k] = cosine * pk - sine * qk;
            matrix[q][k] = sine * pk + cosine * qk;
            double vp = vectors[k][p];
            double vq = vectors[k][q];
            vectors[k][p] = cosine * vp - sine * vq;
            vectors[k][q] = sine * vp + cosine * vq;
        }
        matrix[p][q] = 0;
        matrix[q][p] = 0;
    }
}
