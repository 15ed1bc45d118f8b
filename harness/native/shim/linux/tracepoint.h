/* SPDX-License-Identifier: MIT */
/* Tracepoints that are off and cost nothing; in the kernel each is an instruction that does nothing. */
#ifndef SHIM_TRACEPOINT_H
#define SHIM_TRACEPOINT_H

#define TRACE_DEFINE_ENUM(name)		extern int shim_traced
#define TP_PROTO(...)			__VA_ARGS__
#define TRACE_EVENT(name, proto, ...)	static inline void trace_##name(proto) {} extern int shim_traced
#define DECLARE_EVENT_CLASS(...)	extern int shim_traced
#define DEFINE_EVENT(class, name, proto, ...)	TRACE_EVENT(name, proto)

#endif
