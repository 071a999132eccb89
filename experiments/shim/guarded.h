// A function that can fail returns 0, or 1 after putting the message where `shim_error` reads it.
#pragma once

#include <exception>
#include <string>

inline thread_local std::string last_error;

template <typename Body>
int guarded(Body body) {
  try {
    body();
    return 0;
  } catch (const std::exception& error) {
    last_error = error.what();
    return 1;
  }
}
