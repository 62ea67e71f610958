// Placeholder.
#include "descopectl/document/parse.hpp"
