// The few LAPACK routines Isoloss calls, declared by hand: the full headers bring complex-number
// macros that Swift cannot import. Fortran calling convention: every argument by pointer,
// column-major matrices, a hidden length after the last argument for each character argument.
#ifndef ISOLOSS_CLAPACK_SHIM_H
#define ISOLOSS_CLAPACK_SHIM_H

#include <stddef.h>

// OpenBLAS: how many threads one call may use.
void openblas_set_num_threads(int count);

// QR with column pivoting: A·P = Q·R, R in the upper triangle of A, reflections below it.
void dgeqp3_(const int *m, const int *n, double *a, const int *lda, int *jpvt, double *tau,
             double *work, const int *lwork, int *info);

// The first columns of Q, from its reflections.
void dorgqr_(const int *m, const int *n, const int *k, double *a, const int *lda,
             const double *tau, double *work, const int *lwork, int *info);

// Singular values and vectors: A = U·diag(s)·Vᵀ.
void dgesvd_(const char *jobu, const char *jobvt, const int *m, const int *n, double *a,
             const int *lda, double *s, double *u, const int *ldu, double *vt, const int *ldvt,
             double *work, const int *lwork, int *info, size_t jobu_length, size_t jobvt_length);

#endif
